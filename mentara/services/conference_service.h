#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/conference.h"
#include "mentara/services/call_actor.h"
#include "mentara/services/call_news.h"
#include "mentara/services/call_site.h"
#include "mentara/services/engagements.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// Conferences: devices of the members of a conversation, each connected to each. The server knows who is there and
// relays signals between them; nothing is stored. A socket that is gone has left, and comes back by joining again.
// Owned by the home loop.
class ConferenceService {
 public:
  using Seats = std::vector<ConferenceSeat>; // in the order of joining

  ConferenceService(storage::Store& store, Engagements& engagements, ConferenceNews& news,
                    CallSite site = CallSite::alone);

  // --- with several nodes: see CallService. Who sits in a room is told to all of them, so that the next keeper knows.
  void on_change(std::function<void(ConferenceRoom)> handler) { on_change_ = std::move(handler); }
  void learn(ConferenceRoom room);                   // as the keeper tells it
  void learn_all(std::vector<ConferenceRoom> rooms); // and there are no others
  std::vector<ConferenceRoom> rooms() const;
  void restore(); // whoever is not there has left meanwhile
  void let_go();

  // Who is no member any more is not in its conference (threats Z5).
  void remove_member(const ConversationId& room, const UserId& user);

  void connect(const CallActor& actor);
  void disconnect(const CallActor& actor);

  // Answered with those who are there already: the joiner offers to each.
  void join(CallActor actor, ConversationId room, CallMedia media, Done<std::vector<ConferenceParticipant>> done);
  void leave(const CallActor& actor, const ConversationId& room, Done<std::monostate> done);
  void signal(const CallActor& actor, const ConversationId& room, const UserId& to_user, const DeviceId& to_device,
              const std::string& signal, Done<std::monostate> done);

  std::size_t size() const { return rooms_.size(); }

 private:
  using Seat = ConferenceSeat;

  wire::Result<std::vector<ConferenceParticipant>, Failure> take_seat(CallActor actor, const ConversationId& room,
                                                                      const CallMedia& media);
  Seat* find(const CallActor& actor, const ConversationId& room);
  template <class Which>
  void remove(const ConversationId& room, Which which);
  void changed(const ConversationId& room);
  static std::vector<std::string> sockets(const Seats& seats);

  storage::Store& store_;
  Engagements& engagements_;
  ConferenceNews& news_;
  const CallSite site_;
  bool keeps_; // false: another node does, and `rooms_` is what it tells
  std::function<void(ConferenceRoom)> on_change_;
  std::unordered_map<ConversationId, Seats, IdHash> rooms_;
  std::unordered_set<std::string> sockets_; // of /video-calls
  struct Joining {                          // the store is asked whether it may
    std::string socket;
    ConversationId room;
    bool has_left = false; // meanwhile
  };
  std::list<Joining> joining_;
};

} // namespace mentara::services
