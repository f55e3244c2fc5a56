#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/conference.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/call_actor.h"
#include "mentara/services/call_news.h"
#include "mentara/services/engagements.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// Conferences: devices of the members of a conversation, each connected to each. The server knows who is there and
// relays signals between them; nothing is stored. A socket that is gone has left, and comes back by joining again.
// Owned by the home loop.
class ConferenceService {
 public:
  ConferenceService(storage::Store& store, events::EventBus& bus, Engagements& engagements, ConferenceNews& news);

  void connect(const CallActor& actor);
  void disconnect(const CallActor& actor);

  // Answered with those who are there already: the joiner offers to each.
  void join(CallActor actor, ConversationId room, CallMedia media, Done<std::vector<ConferenceParticipant>> done);
  void leave(const CallActor& actor, const ConversationId& room, Done<std::monostate> done);
  void signal(const CallActor& actor, const ConversationId& room, const UserId& to_user, const DeviceId& to_device,
              const std::string& signal, Done<std::monostate> done);

  std::size_t size() const { return rooms_.size(); }

 private:
  struct Seat {
    ConferenceParticipant who;
    std::string socket;
  };
  using Seats = std::vector<Seat>; // in the order of joining

  wire::Result<std::vector<ConferenceParticipant>, Failure> take_seat(CallActor actor, const ConversationId& room,
                                                                      const CallMedia& media);
  Seat* find(const CallActor& actor, const ConversationId& room);
  template <class Which>
  void remove(const ConversationId& room, Which which);
  static std::vector<std::string> sockets(const Seats& seats);

  storage::Store& store_;
  Engagements& engagements_;
  ConferenceNews& news_;
  std::unordered_map<ConversationId, Seats, IdHash> rooms_;
  std::unordered_set<std::string> sockets_; // of /video-calls
};

} // namespace mentara::services
