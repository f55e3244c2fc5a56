#include "mentara/application/limit_sharing.h"

#include "mentara/limits_of_nodes.h"

namespace mentara {

LimitSharing::LimitSharing(cluster::NodeBus& nodes, wire::net::Loop& home_loop)
    : exchange_(nodes, [&home_loop] { return home_loop.now(); }), timer_(home_loop, [this] {
        exchange_.tell();
        timer_.arm(limits::shared_interval);
      }) {
  timer_.arm(limits::shared_interval);
}

} // namespace mentara
