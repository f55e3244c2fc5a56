#include "mentara/application/node_options.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <stdexcept>
#include <thread>

#include "mentara/application/edge.h"
#include "wire/base/address.h"
#include "wire/eio/verify.h"
#include "wire/net/tls_trust.h"
#include "wire/redis/url.h"

namespace mentara {
namespace {

int loop_count(const Config& config) {
  if (config.server.threads > 0) return static_cast<int>(config.server.threads);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// How long whoever asks for a session has to wait; any thread.
std::function<std::optional<wire::Duration>(const wire::http::Request&)> handshakes_of_address(
    auth::RateLimiter& limiter) {
  return [&limiter](const wire::http::Request& request) -> std::optional<wire::Duration> {
    return limiter.take(wire::limited_as(request.peer.address), wire::Clock::now());
  };
}

} // namespace

std::string node_name(const Config& config) {
  if (!config.server.node.empty()) return config.server.node;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string port = "-" + std::to_string(config.server.port);
  std::string name;
  for (const char* c = host.data(); *c != '\0' && name.size() + port.size() < wire::eio::node_name_chars_max; ++c) {
    name += wire::eio::is_node_name({c, 1}) ? *c : '-';
  }
  return name + port;
}

wire::http::CorsOptions cors_options(const Config& config) {
  wire::http::CorsOptions cors;
  cors.origin = config.cors.origins;
  cors.credentials = true;
  return cors;
}

wire::cluster::NodeOptions node_options(const Config& config, auth::RateLimiter& handshakes) {
  wire::cluster::NodeOptions options;
  options.threads = loop_count(config);
  options.server.main_namespace = false; // clients connect to /messaging and its like, and to nothing else
  options.server.ping_interval = config.engine.ping_interval;
  options.server.ping_timeout = config.engine.ping_timeout;
  options.server.connect_timeout = config.engine.connect_timeout;
  options.server.max_http_buffer_size = config.engine.max_payload;
  options.server.decoder.message_bytes_max = config.engine.max_payload;
  options.server.http_compression.reset(); // no secret shares a compressed answer with what others can choose
  options.http.body_bytes_max = config.engine.max_payload;
  set_edge_options(options.http, config);

  if (const auto redis = wire::redis::parse_url(config.redis.url)) {
    options.redis = {.address = redis->address, .login = redis->login, .key = config.redis.key};
    options.redis->login.name = "mentara";
    for (const std::string& sentinel : config.redis.sentinels) {
      const auto place = wire::redis::parse_url("redis://" + sentinel);
      options.redis->address.sentinels.push_back({place->address.host, place->address.port});
    }
    if (redis->tls) {
      auto trust = wire::net::TlsTrust::open(config.redis.tls_authorities);
      if (!trust)
        throw std::runtime_error("Redis cannot be spoken to over TLS (redis.tls_authorities): " + trust.error().text);
      options.redis->address.trust = *std::move(trust);
    }
    options.server.node = node_name(config);
  }

  options.server.throttle_handshake = handshakes_of_address(handshakes);
  options.server.cors = cors_options(config);
  options.server.refuse_origin =
      [cors = config.cors](std::optional<std::string_view> origin) -> std::optional<std::string> {
    if (!origin) {
      if (cors.allow_no_origin) return std::nullopt;
      return "A request must have an Origin header here (cors.allow_no_origin is false).";
    }
    if (std::find(cors.origins.begin(), cors.origins.end(), *origin) != cors.origins.end()) return std::nullopt;
    return "This origin is not allowed. The server's configuration lists those that are (cors.origins).";
  };
  return options;
}

} // namespace mentara
