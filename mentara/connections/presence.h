#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/presence.h"
#include "mentara/domain/time.h"
#include "mentara/limits.h"
#include "wire/base/time.h"

namespace mentara::connections {

// Who is here, and who wants to be told of whom. Pure: time is an argument, what is stored and said is done by others.
// Owned by the home loop.
//
// What a user's sockets do is seen by others at once when he comes, only after `offline_after` when the last of them is
// gone (the reload of a page is no absence), and at most every `told_again_after` when it goes back and forth.
class PresenceBoard {
 public:
  struct Delays {
    wire::Duration offline_after = limits::presence_offline_after;
    wire::Duration told_again_after = limits::presence_told_again_after;
  };
  struct Now {
    wire::TimePoint point;
    UnixTime time; // shown, and compared with `until`
  };

  explicit PresenceBoard(Delays delays) : delays_(delays) {}

  // --- what happens ---
  void connected(const UserId& user, const std::string& socket_id, Now now);
  void disconnected(const UserId& user, const std::string& socket_id, Now now);
  void set(const UserId& user, PresenceSettings settings, Now now);
  void set_in_call(const UserId& user, bool in_call);
  // What is stored of him; what was learned since holds.
  void load(const UserId& user, const PresenceSettings& settings, std::optional<UnixTime> last_seen_at);
  bool is_loaded(const UserId& user) const;

  // --- who watches ---
  struct Watch {
    std::string socket_id;
    UserId viewer;
    UserId target;
    friend bool operator==(const Watch&, const Watch&) = default;
  };
  // False: it would watch more than limits::presence_subscriptions_max.
  bool subscribe(const std::string& socket_id, const UserId& viewer, const std::vector<UserId>& targets);
  void unsubscribe(const std::string& socket_id, const std::vector<UserId>& targets);
  // The viewer's socket is gone, for a while or for ever (Socket.IO may recover it): it is told nothing.
  void leave(const std::string& socket_id, wire::TimePoint now);
  // It is back. True: it watches somebody.
  bool come_back(const std::string& socket_id);
  std::vector<UserId> targets_of(const std::string& socket_id) const;
  // Whether the viewer may see the target: nothing is shown before it is said. Returns whether that is a change.
  bool set_visible(const std::string& socket_id, const UserId& target, bool visible);
  // The watches between any two of these (`one` and each of `others`), in either direction.
  std::vector<Watch> watches_between(const UserId& one, const std::vector<UserId>& others) const;
  std::vector<Watch> watches_among(const std::vector<UserId>& users) const;
  std::vector<Watch> all_watches() const;

  // --- what is seen ---
  Presence seen_by(const UserId& viewer, bool visible, const UserId& target, UnixTime now) const;
  struct Change {
    Presence presence;                     // for others
    std::vector<std::string> socket_ids{}; // of those who watch and may see it; not his own
    Presence own{};                        // for himself
    std::vector<std::string> own_socket_ids{};
    bool is_news = true; // false: for himself alone
  };
  // What is to be told now. Users whose stored settings are not loaded wait.
  std::vector<Change> on_time(Now now);
  std::optional<wire::TimePoint> next_time(Now now) const;

  bool knows(const UserId& user) const { return users_.contains(user); } // else nobody here asks for him
  std::vector<UserId> here() const;                                      // with a socket, and not hiding
  std::vector<UserId> unloaded() const;
  using Seen = std::pair<UserId, UnixTime>;
  // Users that went offline since it was asked, and when they were seen last: to be stored.
  std::vector<Seen> take_gone() { return std::exchange(gone_, {}); }
  std::size_t user_count() const { return users_.size(); }
  std::size_t watcher_count() const { return watchers_.size(); }

 private:
  struct Person {
    bool loaded = false;
    bool set_since = false; // by himself, before what is stored was loaded
    PresenceSettings settings{};
    std::optional<UnixTime> last_seen_at{};
    bool in_call = false;
    std::unordered_set<std::string> socket_ids{};
    bool online = false;                           // as others see it: a while longer than he is
    std::optional<wire::TimePoint> offline_at{};   // when the last socket is gone
    std::unordered_set<std::string> watcher_ids{}; // sockets
    std::optional<wire::TimePoint> told_at{};
    Presence told{};        // as it was told last to himself
    Presence told_others{}; // and to others
  };
  struct Watcher {
    UserId viewer;
    std::unordered_map<UserId, bool, IdHash> targets; // whether it may see him
    std::optional<wire::TimePoint> gone_at{};
  };

  Presence shown(const UserId& user, const Person& person, UnixTime now) const;
  void drop(const std::string& socket_id);
  void forget_if_unused(const UserId& user);
  bool unused(const Person& person) const;

  const Delays delays_;
  std::unordered_map<UserId, Person, IdHash> users_;
  std::unordered_map<std::string, Watcher> watchers_;
  std::unordered_set<UserId, IdHash> dirty_;
  std::deque<std::pair<wire::TimePoint, std::string>> left_; // watchers, in the order of leaving
  std::vector<Seen> gone_;
};

} // namespace mentara::connections
