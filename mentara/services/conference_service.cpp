#include "mentara/services/conference_service.h"

#include <algorithm>
#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/services/message_access.h"

namespace mentara::services {

using storage::Transaction;
using wire::Result;
using Participants = std::vector<ConferenceParticipant>;

ConferenceService::ConferenceService(storage::Store& store, events::EventBus& bus, Engagements& engagements,
                                     ConferenceNews& news)
    : store_(store), engagements_(engagements), news_(news) {
  // Who is no member any more is not in its conference (threats Z5).
  bus.subscribe<events::ParticipantLeftEvent>("conferences", [this](const auto& event) {
    remove(event.conversation_id, [&](const Seat& seat) { return seat.who.user_id == event.user_id; });
  });
}

void ConferenceService::connect(const CallActor& actor) { sockets_.insert(actor.socket); }

void ConferenceService::disconnect(const CallActor& actor) {
  if (sockets_.erase(actor.socket) == 0 || !engagements_.is_in_conference(actor.user.id)) return;
  std::vector<ConversationId> in;
  for (const auto& [room, seats] : rooms_) {
    for (const Seat& seat : seats) {
      if (seat.socket == actor.socket) in.push_back(room);
    }
  }
  for (const ConversationId& room : in) {
    remove(room, [&](const Seat& seat) { return seat.socket == actor.socket; });
  }
}

void ConferenceService::join(CallActor actor, ConversationId room, CallMedia media, Done<Participants> done) {
  // In the order of the log: who is removed at the same time is in it either before he is removed or not at all.
  auto may_join = [user = actor.user.id, room](Transaction& transaction) -> Result<std::monostate, Failure> {
    const auto member = transaction.find_membership(room, user);
    if (!member) return not_found("conversation");
    if (auto refused = blocked_in_direct(transaction, *member)) return *std::move(refused);
    return std::monostate{};
  };
  store_.write<std::monostate>(std::move(may_join),
                               [this, actor = std::move(actor), room = std::move(room), media,
                                done = std::move(done)](Result<std::monostate, Failure> allowed) mutable {
                                 if (!allowed) return done(std::move(allowed.error()));
                                 done(take_seat(std::move(actor), room, media));
                               });
}

Result<Participants, Failure> ConferenceService::take_seat(CallActor actor, const ConversationId& room,
                                                           const CallMedia& media) {
  if (!sockets_.contains(actor.socket)) return Failure{Code::unavailable, "This connection is gone."};
  if (engagements_.call_of(actor.user.id)) return Failure{Code::busy, "You are in a call."};
  // It joins anew: what it was connected to before is of no use to it.
  remove(room,
         [&](const Seat& seat) { return seat.who.user_id == actor.user.id && seat.who.device_id == actor.device_id; });
  const auto there = rooms_.find(room);
  const bool is_here =
      there != rooms_.end() && std::any_of(there->second.begin(), there->second.end(),
                                           [&](const Seat& seat) { return seat.who.user_id == actor.user.id; });
  if (!is_here && engagements_.is_in_conference(actor.user.id)) {
    return Failure{Code::busy, "You are in another conference."};
  }
  Seats& seats = rooms_[room];
  if (seats.size() >= limits::conference_devices_max) {
    return Failure{Code::conflict, "This conference has as many devices as one can have."};
  }
  Participants others;
  for (const Seat& seat : seats) others.push_back(seat.who);
  ConferenceParticipant joined{actor.user.id, std::move(actor.device_id), std::move(actor.user.name), media};
  news_.joined(room, joined, sockets(seats));
  engagements_.join_conference(joined.user_id);
  seats.push_back({std::move(joined), std::move(actor.socket)});
  return others;
}

void ConferenceService::leave(const CallActor& actor, const ConversationId& room, Done<std::monostate> done) {
  if (!find(actor, room)) return done(not_found("conference"));
  remove(room, [&](const Seat& seat) { return seat.socket == actor.socket; });
  done(std::monostate{});
}

void ConferenceService::signal(const CallActor& actor, const ConversationId& room, const UserId& to_user,
                               const DeviceId& to_device, const std::string& signal, Done<std::monostate> done) {
  const Seat* from = find(actor, room);
  if (!from) return done(not_found("conference"));
  for (const Seat& seat : rooms_.at(room)) {
    if (seat.who.user_id != to_user || seat.who.device_id != to_device) continue;
    news_.signal(room, from->who, signal, seat.socket);
    return done(std::monostate{});
  }
  done(not_found("participant"));
}

ConferenceService::Seat* ConferenceService::find(const CallActor& actor, const ConversationId& room) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return nullptr;
  for (Seat& seat : found->second) {
    if (seat.socket == actor.socket) return &seat;
  }
  return nullptr;
}

template <class Which>
void ConferenceService::remove(const ConversationId& room, Which which) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  Seats& seats = found->second;
  for (;;) {
    const auto leaving = std::find_if(seats.begin(), seats.end(), which);
    if (leaving == seats.end()) break;
    // Also to himself: he may have been removed.
    news_.left(room, leaving->who, sockets(seats));
    engagements_.leave_conference(leaving->who.user_id);
    seats.erase(leaving);
  }
  if (seats.empty()) rooms_.erase(found);
}

std::vector<std::string> ConferenceService::sockets(const Seats& seats) {
  std::vector<std::string> ids;
  for (const Seat& seat : seats) ids.push_back(seat.socket);
  return ids;
}

} // namespace mentara::services
