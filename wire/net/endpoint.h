#pragma once

#include <cstdint>
#include <string>

namespace wire::net {

struct Endpoint {
  std::string address; // "127.0.0.1", "::1"
  std::uint16_t port = 0;
};

} // namespace wire::net
