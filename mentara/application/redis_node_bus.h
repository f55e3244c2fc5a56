#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mentara/cluster/node_bus.h"
#include "wire/base/random.h"
#include "wire/cluster/redis_adapter.h"

namespace mentara {

class RedisNodeBus final : public cluster::NodeBus {
 public:
  // `name`: what people call this node.
  RedisNodeBus(wire::cluster::RedisAdapter& redis, const std::string& name)
      : redis_(redis), node_(name + '/' + wire::random_id()) {}

  const std::string& node() const override { return node_; }
  bool ready() const override { return redis_.ready(); }
  void publish(std::string_view channel, std::string_view bytes) override { redis_.announce(channel, bytes); }
  void hear(std::string_view channel, std::function<void(std::string_view)> handler) override;
  void on_state(std::function<void(bool)> handler) override { redis_.on_state(std::move(handler)); }

 private:
  wire::cluster::RedisAdapter& redis_;
  const std::string node_;
};

} // namespace mentara
