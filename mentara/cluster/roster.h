#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/json.h"
#include "wire/base/time.h"

namespace mentara::cluster {

// What a user does on a node: a set of these.
enum class Here : unsigned {
  nothing = 0,
  messaging = 1, // has a socket in that namespace
  notifications = 2,
  video_calls = 4,
  in_call = 8, // talks, or sits in a conference
};
constexpr Here operator|(Here one, Here other) {
  return static_cast<Here>(static_cast<unsigned>(one) | static_cast<unsigned>(other));
}
constexpr bool has(Here set, Here any) { return (static_cast<unsigned>(set) & static_cast<unsigned>(any)) != 0; }
inline constexpr Here here_max = static_cast<Here>(15);
inline constexpr Here any_socket = Here::messaging | Here::notifications | Here::video_calls;

// How many sockets a user has in each namespace.
struct SocketCounts {
  std::size_t messaging = 0, notifications = 0, video_calls = 0;

  SocketCounts& operator+=(const SocketCounts& more);
  bool operator==(const SocketCounts&) const = default;
};

// What a user does on a node, and on how many sockets.
struct OnNode {
  OnNode() = default;
  OnNode(Here what); // on one socket in each namespace
  OnNode(SocketCounts of, bool in_call);

  Here here = Here::nothing; // as the sockets say
  SocketCounts sockets{};
  bool operator==(const OnNode&) const = default;
};

// Who is on the other nodes, as they say themselves. Each numbers what it tells of its users, and says its number once
// a second: who has missed one asks for all of it. A node that is silent for `roster_lease` is no more, and its users
// are gone with it; while this node hears nobody at all (Redis is away) nobody is taken for gone. Pure: time is an
// argument, and what is to be said goes out through the outbox. Owned by the home loop.
class Roster {
 public:
  class Outbox {
   public:
    virtual void publish(std::string bytes) = 0;
    // What the user does on other nodes, taken together, was `before` and is `after`.
    virtual void changed(const UserId& user, Here before, Here after) = 0;
    // He has other sockets there, maybe the same in number.
    virtual void sockets_changed(const UserId& user) = 0;
    virtual void node_lost(const std::string& node) = 0; // its users are gone already

   protected:
    ~Outbox() = default;
  };

  Roster(std::string node, Outbox& outbox) : node_(std::move(node)), outbox_(outbox) {}

  // --- what happens here ---
  void set_own(const UserId& user, OnNode own); // told at the next on_time()
  void leave();                                 // this node stops: its users are gone, and nobody has to wait
  // --- the bus ---
  void on_ready(wire::TimePoint now);
  void on_lost() { ready_ = false; }
  void on_message(std::string_view bytes, wire::TimePoint now);
  void on_time(wire::TimePoint now);
  bool has_news() const { return !dirty_.empty(); } // call on_time() soon; else once a second

  Here own(const UserId& user) const;
  Here elsewhere(const UserId& user) const;
  SocketCounts sockets_elsewhere(const UserId& user) const;
  // On those of the other nodes that keep theirs if all together are too many: the nodes agree who that is.
  SocketCounts sockets_that_go_first(const UserId& user) const;
  std::size_t nodes() const { return others_.size(); } // beside this one
  bool knows(const std::string& node) const { return others_.contains(node); }
  std::vector<std::string> node_names() const;
  std::size_t users() const { return elsewhere_.size(); } // on other nodes
  std::uint64_t refused() const { return refused_; }      // messages that could not be read

 private:
  using Users = std::vector<std::pair<UserId, OnNode>>;
  struct Other {
    std::int64_t number = -1; // of the last that it told and that is known here; -1: nothing is
    std::unordered_map<UserId, OnNode, IdHash> users{};
    wire::TimePoint heard_at{};
    std::optional<wire::TimePoint> asked_at{};
    Users collecting{}; // of an answer that is not complete
  };
  struct Count { // of a user on other nodes
    std::unordered_map<std::string, OnNode> by_node{};
    Here all() const;
  };

  void say(std::string_view kind, std::string_view to, const Users* users, bool last);
  void tell_everything(std::string_view to);
  void flush();
  void ask(const std::string& node, Other& other, wire::TimePoint now);
  void set(const std::string& node, Other& other, const UserId& user, const OnNode& there);
  void forget(const std::string& node);

  const std::string node_;
  Outbox& outbox_;
  bool ready_ = false;
  std::int64_t number_ = 0;
  std::unordered_map<UserId, OnNode, IdHash> own_;
  std::unordered_set<UserId, IdHash> dirty_;
  std::unordered_map<std::string, Other> others_;
  std::unordered_map<UserId, Count, IdHash> elsewhere_;
  std::optional<wire::TimePoint> beat_at_;
  wire::JsonParser parser_;
  std::uint64_t refused_ = 0;
};

} // namespace mentara::cluster
