#include "mentara/services/conference_service.h"

#include <algorithm>
#include <utility>

#include "mentara/limits.h"
#include "mentara/services/message_access.h"

namespace mentara::services {

using storage::Transaction;
using wire::Result;
using Participants = std::vector<ConferenceParticipant>;

ConferenceService::ConferenceService(storage::Store& store, Engagements& engagements, ConferenceNews& news,
                                     CallSite site)
    : store_(store), engagements_(engagements), news_(news), site_(site), keeps_(site == CallSite::alone) {}

// --- several nodes ---

void ConferenceService::learn(ConferenceRoom room) {
  if (keeps_) return; // here it is known better
  if (room.seats.empty()) {
    rooms_.erase(room.id);
  } else {
    rooms_[room.id] = std::move(room.seats);
  }
}

void ConferenceService::learn_all(std::vector<ConferenceRoom> rooms) {
  if (keeps_) return;
  rooms_.clear();
  for (ConferenceRoom& room : rooms) learn(std::move(room));
}

std::vector<ConferenceRoom> ConferenceService::rooms() const {
  std::vector<ConferenceRoom> rooms;
  rooms.reserve(rooms_.size());
  for (const auto& [room, seats] : rooms_) rooms.push_back({room, seats});
  return rooms;
}

void ConferenceService::restore() {
  keeps_ = true;
  std::vector<ConversationId> rooms;
  for (const auto& [room, seats] : rooms_) rooms.push_back(room);
  for (const ConversationId& room : rooms) {
    Seats& seats = rooms_.at(room);
    Seats gone;
    std::erase_if(seats, [&](const Seat& seat) {
      const bool is_there = sockets_.contains(seat.socket) && !engagements_.call_of(seat.who.user_id);
      if (!is_there) gone.push_back(seat);
      return !is_there;
    });
    for (const Seat& seat : seats) engagements_.join_conference(seat.who.user_id);
    for (const Seat& seat : gone) news_.left(room, seat.who, sockets(seats));
    // Who was removed from the conversation while nobody kept its conference.
    for (const Seat& seat : seats) {
      store_.read<bool>(
          [room, user = seat.who.user_id](storage::Snapshot& snapshot) -> Result<bool, Failure> {
            return snapshot.find_membership(room, user).has_value();
          },
          [this, room, user = seat.who.user_id](Result<bool, Failure> is_member) {
            if (is_member && !*is_member) remove_member(room, user);
          });
    }
    if (seats.empty()) rooms_.erase(room);
    if (!gone.empty()) changed(room);
  }
}

void ConferenceService::let_go() {
  sockets_.clear(); // also of a node that never came to restore(): who goes meanwhile is not told to it
  if (!std::exchange(keeps_, false)) return;
  for (const auto& [room, seats] : rooms_) {
    for (const Seat& seat : seats) engagements_.leave_conference(seat.who.user_id);
  }
}

void ConferenceService::remove_member(const ConversationId& room, const UserId& user) {
  if (keeps_) remove(room, [&](const Seat& seat) { return seat.who.user_id == user; });
}

void ConferenceService::changed(const ConversationId& room) {
  if (!on_change_) return;
  const auto found = rooms_.find(room);
  on_change_({room, found == rooms_.end() ? Seats() : found->second});
}

// --- sockets ---

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
  auto may_join = [user = actor.user.id, room,
                   site = site_](Transaction& transaction) -> Result<std::monostate, Failure> {
    if (auto refused = refuse_unless_keeper(site, transaction)) return *std::move(refused);
    const auto member = transaction.find_membership(room, user);
    if (!member) return not_found("conversation");
    if (auto refused = blocked_in_direct(transaction, *member)) return *std::move(refused);
    return std::monostate{};
  };
  const auto joining = joining_.insert(joining_.end(), {actor.socket, room});
  store_.write<std::monostate>(std::move(may_join),
                               [this, joining, actor = std::move(actor), room = std::move(room), media,
                                done = std::move(done)](Result<std::monostate, Failure> allowed) mutable {
                                 const bool has_left = joining->has_left;
                                 joining_.erase(joining);
                                 if (!allowed) return done(std::move(allowed.error()));
                                 if (has_left) return done(Failure{Code::conflict, "You have left it meanwhile."});
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
  changed(room);
  return others;
}

void ConferenceService::leave(const CallActor& actor, const ConversationId& room, Done<std::monostate> done) {
  bool was_there = find(actor, room) != nullptr;
  for (Joining& joining : joining_) { // what was asked first is not done last
    if (joining.socket == actor.socket && joining.room == room) joining.has_left = was_there = true;
  }
  if (!was_there) return done(not_found("conference"));
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
  const std::size_t before = seats.size();
  for (;;) {
    const auto leaving = std::find_if(seats.begin(), seats.end(), which);
    if (leaving == seats.end()) break;
    // Also to himself: he may have been removed.
    news_.left(room, leaving->who, sockets(seats));
    engagements_.leave_conference(leaving->who.user_id);
    seats.erase(leaving);
  }
  const bool is_changed = seats.size() != before;
  if (seats.empty()) rooms_.erase(found);
  if (is_changed) changed(room);
}

std::vector<std::string> ConferenceService::sockets(const Seats& seats) {
  std::vector<std::string> ids;
  for (const Seat& seat : seats) ids.push_back(seat.socket);
  return ids;
}

} // namespace mentara::services
