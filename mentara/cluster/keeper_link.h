#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mentara/cluster/keeper_message.h"
#include "mentara/domain/callbacks.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"

namespace mentara::cluster {

// One node of a site keeps all calls and conferences; this is the way between it and every other one, from both ends.
// A node tells the keeper its sockets in /video-calls, in numbered messages, so that it is asked for all of them when
// one got lost; and brings there what its clients ask. The keeper tells all nodes who sits in the conferences, numbered
// too, so that the next one knows: a node says with each beat how much of it it heard, and is told all when that is too
// little; and one that begins to keep is told by the others what they know. Who keeps, the store says; a keeper that
// cannot say so there in time is it no more, without having to be told. Pure: time is an argument, and what is to be
// done goes out through the outbox. Owned by the home loop.
class KeeperLink {
 public:
  using Reply = wire::UniqueFunction<void(wire::Result<std::string, Failure>)>; // JSON of the ack

  class Outbox {
   public:
    virtual void publish(const std::string& node, std::string bytes) = 0; // empty: to all
    virtual void look() = 0;                                              // who keeps: it may be another one now
    virtual void learned(ConferenceRoom room) = 0;                        // nobody in it: it is over
    virtual void learned_all(std::vector<ConferenceRoom> rooms) = 0;      // there are no others
    virtual std::vector<ConferenceRoom> rooms() = 0;                      // that are known here
    // --- this node keeps ---
    virtual void came(const CallActor& socket) = 0; // of any node
    virtual void gone(const CallActor& socket) = 0;
    virtual void lost(const CallActor& socket) = 0; // its node is no more, and nobody knows since when
    virtual void restore() = 0;                     // who is there is known: what the last keeper had goes on
    virtual void let_go() = 0;                      // it keeps no more
    virtual void ask(const std::string& event, CallActor actor, const std::string& payload, Reply reply) = 0;

   protected:
    ~Outbox() = default;
  };

  KeeperLink(std::string node, Outbox& outbox) : node_(std::move(node)), outbox_(outbox) {}

  // --- sockets and clients of this node ---
  void came(const CallActor& socket, wire::TimePoint now);
  void gone(const std::string& socket, wire::TimePoint now);
  // Waits for a keeper that is not known or not heard, for `keeper_patience`.
  void ask(std::string event, CallActor actor, std::string payload, wire::TimePoint now, Reply reply);
  bool keeps(wire::TimePoint now); // and everything that is asked can be done here

  // --- who keeps, as the store says ---
  void set_keeper(const std::optional<std::string>& node, wire::TimePoint now); // another one, or nobody
  // `since`: grows from keeper to keeper. `until`: if it is not said again until then, this node keeps no more.
  // `nodes`: whose sockets are waited for. `settle`: for others they are waited for so long.
  void keep(std::int64_t since, wire::TimePoint until, const std::vector<std::string>& nodes, wire::Duration settle,
            wire::TimePoint now);
  void keep_on(wire::TimePoint until) { kept_until_ = until; }
  bool is_keeper() const { return keeping_; }

  // --- the bus ---
  void on_ready(wire::TimePoint now);
  void on_lost() { ready_ = false; }
  void on_message(std::string_view bytes, wire::TimePoint now);
  // The keeper looks itself, too, who is silent for longer than `roster_lease`: what says who is there may have heard
  // less of a node than this one.
  void on_node_lost(const std::string& node, wire::TimePoint now);
  void on_time(wire::TimePoint now); // a few times a second

  void tell_change() { // it is to be looked who keeps
    if (ready_) say({}, KeeperChanged{});
  }
  void tell_room(ConferenceRoom room); // it has changed; the keeper's word

  std::size_t waiting() const { return asked_.size(); }
  std::uint64_t refused() const { return refused_; } // messages that could not be read

 private:
  struct Asked { // by a client of this node
    std::string event;
    CallActor actor;
    std::string payload;
    wire::TimePoint until;
    Reply reply;
  };
  struct Held { // of another node, until who is there is known
    std::string node;
    AskedOfKeeper asked;
  };
  struct Other { // a node, as the keeper knows it
    std::int64_t number = 0;
    std::map<std::string, CallActor> sockets{};
    std::vector<CallActor> collecting{};
    std::int64_t parts = 0; // that are collected
    bool is_known = false;  // all its sockets
    std::optional<wire::TimePoint> asked_at{};
    wire::TimePoint heard_at{};
    RoomsStamp rooms_due{}; // what it has heard of the rooms if nothing got lost
  };
  struct Rooms {              // what is known of them; of a settled keeper: what it told
    RoomsStamp heard{};       // the last that was
    bool is_complete = false; // and everything before it
    std::string teller{};     // of all rooms, which are collected
    RoomsStamp told{};
    std::int64_t parts = 0;
    std::vector<ConferenceRoom> collecting{};
  };

  void say(const std::string& to, const KeeperMessage& message);
  bool can_tell() const { return ready_ && !keeping_ && keeper_; }
  void tell_all();
  void tell_rooms(const std::string& node);
  void send(std::int64_t id, const Asked& asked);
  void stop(wire::TimePoint now);
  void check_lease(wire::TimePoint now);
  void look_who_is_silent(wire::TimePoint now);
  void look_whether_settled(wire::TimePoint now);
  void run(const std::string& node, AskedOfKeeper asked);

  void hear(const std::string& from, AllSockets message, wire::TimePoint now);
  void hear(const std::string& from, SocketCame message, wire::TimePoint now);
  void hear(const std::string& from, SocketGone message, wire::TimePoint now);
  void hear(const std::string& from, AskedOfKeeper message, wire::TimePoint now);
  void hear(const std::string& from, KeeperBeat message, wire::TimePoint now);
  void hear(const std::string& from, KeeperAnswer message, wire::TimePoint now);
  void hear(const std::string& from, TellAllSockets message, wire::TimePoint now);
  void hear(const std::string& from, RoomSeats message, wire::TimePoint now);
  void hear(const std::string& from, AllRooms message, wire::TimePoint now);
  void hear(const std::string& from, NotKeeper message, wire::TimePoint now);
  void hear(const std::string& from, KeeperChanged message, wire::TimePoint now);
  bool is_next(const std::string& from, std::int64_t number, wire::TimePoint now);
  void want_all(const std::string& from, Other& other, wire::TimePoint now);

  const std::string node_;
  Outbox& outbox_;
  bool ready_ = false;

  std::unordered_map<std::string, CallActor> own_; // by socket
  std::map<std::int64_t, Asked> asked_;
  std::int64_t last_id_ = 0;
  std::optional<std::string> keeper_; // not this node
  std::int64_t number_ = 0;           // of the last message to it
  wire::TimePoint beat_at_{};

  bool keeping_ = false, settled_ = false;
  std::int64_t kept_since_ = 0;
  wire::TimePoint kept_until_{}, settle_from_{}, settle_until_{};
  std::unordered_set<std::string> expected_;
  std::unordered_map<std::string, Other> others_;
  std::vector<Held> held_;
  Rooms rooms_;

  wire::JsonParser parser_;
  std::uint64_t refused_ = 0;
};

} // namespace mentara::cluster
