#include "mentara/application/redis_node_bus.h"

namespace mentara {

void RedisNodeBus::hear(std::string_view channel, std::function<void(std::string_view)> handler) {
  redis_.hear(channel, std::move(handler));
}

} // namespace mentara
