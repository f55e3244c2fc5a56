#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mentara/cluster/node_bus.h"
#include "mentara/cluster/roster.h"
#include "mentara/connections/connection_manager.h"
#include "mentara/events/event_bus.h"
#include "wire/net/loop.h"

namespace mentara::connections {

// Who is connected to any node of the site: the connection manager knows this one, a roster the others. On the home
// loop.
class ClusterUsers final : private cluster::Roster::Outbox {
 public:
  using Here = cluster::Here;

  // `nodes`: none, this one is alone.
  ClusterUsers(events::EventBus& bus, ConnectionManager& connections, wire::net::Loop& loop, cluster::NodeBus* nodes);
  ClusterUsers(const ClusterUsers&) = delete;
  ClusterUsers& operator=(const ClusterUsers&) = delete;

  bool is_there(const UserId& user, Here any) const { return cluster::has(here(user).here | elsewhere(user), any); }
  Here elsewhere(const UserId& user) const { return roster_.elsewhere(user); }
  const cluster::Roster& roster() const { return roster_; }

  // What the user does on other nodes is another thing now.
  void on_change(std::function<void(const UserId&, Here before, Here after)> handler) {
    on_change_.push_back(std::move(handler));
  }
  void on_node_lost(std::function<void(const std::string& node)> handler) {
    on_node_lost_.push_back(std::move(handler));
  }
  // A user came to several nodes at once, and has more sockets than he may: this one has to end.
  void on_surplus(std::function<void(std::string_view nsp, const std::string& socket_id)> handler) {
    on_surplus_ = std::move(handler);
  }
  void leave() { roster_.leave(); } // this node stops

 private:
  void publish(std::string bytes) override;
  void changed(const UserId& user, Here before, Here after) override;
  void sockets_changed(const UserId& user) override;
  void node_lost(const std::string& node) override;

  cluster::OnNode here(const UserId& user) const;
  void look_at(const UserId& user);
  void on_time();

  const ConnectionManager& connections_;
  wire::net::Loop& loop_;
  cluster::NodeBus* const nodes_;
  cluster::Roster roster_;
  std::unordered_set<UserId, IdHash> in_call_; // here
  std::vector<std::function<void(const UserId&, Here, Here)>> on_change_;
  std::vector<std::function<void(const std::string&)>> on_node_lost_;
  std::function<void(std::string_view, const std::string&)> on_surplus_;
  wire::net::Timer timer_;
  wire::TimePoint armed_for_{};
};

} // namespace mentara::connections
