#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "mentara/cluster/node_news.h"
#include "mentara/connections/cluster_users.h"
#include "mentara/connections/presence.h"
#include "mentara/domain/callbacks.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::connections {

// Keeps the board of who is here up to date, and tells those who watch. Who may see whom is asked of the store when
// somebody begins to watch, and again for the two concerned whenever a membership or a block changes. Who is on another
// node is here as well: to the board, all other nodes are one socket of his. On the home loop.
class PresenceService {
 public:
  PresenceService(storage::Store& store, events::EventBus& bus, const WallClock& clock, wire::sio::Server& io,
                  PresenceBoard::Delays delays, ClusterUsers& users, cluster::NewsExchange* nodes = nullptr);
  PresenceService(const PresenceService&) = delete;
  PresenceService& operator=(const PresenceService&) = delete;

  void set(services::Actor actor, PresenceSettings settings, Done<std::monostate> done);
  // On the actor's socket; how they are now, in the order in which they were named.
  void subscribe(services::Actor actor, std::vector<UserId> users, Done<std::vector<Presence>> done);
  void unsubscribe(const services::Actor& actor, const std::vector<UserId>& users);
  // What he wants to be seen as was stored, here or on another node. Before anybody is set.
  void on_set(std::function<void(const UserId&)> handler) { on_set_ = std::move(handler); }
  // What other nodes told may have been lost.
  void look_again();
  void ask(services::Actor actor, std::vector<UserId> users, Done<std::vector<Presence>> done);

  std::size_t user_count() const { return board_.user_count(); } // that it knows of: online, or watched
  std::size_t watcher_count() const { return board_.watcher_count(); }

 private:
  struct Looked { // at one user, for a viewer
    UserId user;
    bool visible = false;
    PresenceSettings settings{};
    std::optional<UnixTime> last_seen_at{};
  };
  void look(const UserId& viewer, std::vector<UserId> users, Done<std::vector<Looked>> done);
  void look_and_watch(services::Actor actor, std::vector<UserId> users, int tries, Done<std::vector<Presence>> done);
  void check(std::vector<PresenceBoard::Watch> watches);
  void check_next();
  void tell(const Presence& presence, std::vector<std::string> socket_ids);
  void on_connected(const events::UserConnectedEvent& event);
  void on_disconnected(const events::UserDisconnectedEvent& event);
  void on_time();
  void load_missing();
  void keep_seen(const std::vector<PresenceBoard::Seen>& seen);
  void keep_all_seen();
  void arm_soon();
  void on_elsewhere(const UserId& user, cluster::Here before, cluster::Here after);
  void bring(const UserId& user); // from other nodes, now that somebody asks for him
  void set_in_call(const UserId& user);
  void visibility_changed(UserId one, std::vector<UserId> others, bool tell_nodes);
  void on_set_elsewhere(const UserId& user);
  PresenceBoard::Now now() const { return {loop_.now(), clock_.now()}; }

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
  wire::sio::Namespace& messaging_;
  wire::net::Loop& loop_;
  ClusterUsers& users_;
  cluster::NewsExchange* const nodes_; // none: this node is alone

  std::function<void(const UserId&)> on_set_ = [](const UserId&) {};
  PresenceBoard board_;
  std::vector<PresenceBoard::Watch> to_check_;
  bool checking_ = false;
  std::uint64_t checks_ = 0;
  bool loading_ = false;
  std::optional<wire::TimePoint> armed_for_;
  wire::net::Timer timer_, seen_timer_;
};

} // namespace mentara::connections
