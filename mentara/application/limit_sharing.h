#pragma once

#include "mentara/cluster/limit_news.h"
#include "wire/net/loop.h"

namespace mentara {

// The limits that count on all nodes together, and when they are told. On the home loop.
class LimitSharing {
 public:
  LimitSharing(cluster::NodeBus& nodes, wire::net::Loop& home_loop);

  cluster::LimitExchange& exchange() { return exchange_; }

 private:
  cluster::LimitExchange exchange_;
  wire::net::Timer timer_;
};

} // namespace mentara
