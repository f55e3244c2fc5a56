#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mentara/cluster/gathering.h"
#include "mentara/cluster/node_bus.h"
#include "mentara/cluster/node_news.h"
#include "mentara/connections/cluster_users.h"
#include "mentara/connections/connection_manager.h"
#include "mentara/contract/access_requests.h"
#include "mentara/services/live_sockets.h"
#include "wire/base/unique_function.h"
#include "wire/net/loop.h"

namespace mentara::connections {

// Ends the sockets of a user on all nodes, for a backend that wants to know how many they were. On the home loop.
class UserEndings {
 public:
  struct Ended {
    std::size_t sockets = 0;                   // that the user had, as each node says itself
    std::vector<contract::NodeName> missing{}; // nodes that did not say it; they may still do it
  };
  struct Site {
    cluster::NodeBus& nodes;
    cluster::NewsExchange& news;
    ClusterUsers& users;
  };

  // `site`: none, this node is alone.
  UserEndings(services::LiveSockets& here, const ConnectionManager& connections, wire::net::Loop& loop,
              std::optional<Site> site);
  UserEndings(const UserEndings&) = delete;
  UserEndings& operator=(const UserEndings&) = delete;

  void end(const UserId& user, services::Ending ending, wire::UniqueFunction<void(Ended)> done);

 private:
  void on_asked(const cluster::UserDisconnected& news);
  void watch();

  services::LiveSockets& here_;
  const ConnectionManager& connections_;
  wire::net::Loop& loop_;
  const std::optional<Site> site_;
  cluster::Gathering gathering_;
  wire::net::Timer timer_;
};

} // namespace mentara::connections
