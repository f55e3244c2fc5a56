#pragma once

#include <string>

#include "mentara/auth/rate_limiter.h"
#include "mentara/config/config.h"
#include "wire/cluster/node.h"
#include "wire/http/cors.h"

// What the configuration says of loops, their servers and the way to other nodes, in the words of the library.
namespace mentara {

wire::http::CorsOptions cors_options(const Config& config);
// What people call this node: server.node, or else of the machine's name what a sid can carry, and the port.
std::string node_name(const Config& config);
// `handshakes`: of each address; it outlives the node. Throws std::runtime_error with one sentence.
wire::cluster::NodeOptions node_options(const Config& config, auth::RateLimiter& handshakes);

} // namespace mentara
