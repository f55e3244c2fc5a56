#pragma once

#include <utility>

#include "mentara/cluster/node_news.h"
#include "mentara/gateways/disconnector.h"

namespace mentara::gateways {

// The live sockets of all nodes: what ends some of them here is told to the others. On the home loop.
class ClusterSockets final : public services::LiveSockets {
 public:
  // `others`: none, this node is alone.
  ClusterSockets(Disconnector& here, cluster::NewsExchange* others) : here_(here), others_(others) {}

  void disconnect_user(const UserId& user, services::Ending ending) override {
    if (others_) others_->publish(cluster::UserDisconnected{user, ending.reason, ending.error});
    here_.disconnect_user(user, std::move(ending));
  }
  void disconnect_revoked(const Revocation& revocation) override {
    if (others_) others_->publish(cluster::TokensRevoked{revocation});
    here_.disconnect_revoked(revocation);
  }

 private:
  Disconnector& here_;
  cluster::NewsExchange* const others_;
};

} // namespace mentara::gateways
