#pragma once

#include <cstdint>
#include <map>
#include <string_view>

namespace wire::http {

// What a server has done since it began, for metrics. It belongs to the server's loop: read it there.
struct Counters {
  std::uint64_t accepted = 0;          // connections, also those that went to other loops
  std::uint64_t turned_away = 0;       // connections that came above connections_max, and were told 503
  std::uint64_t of_full_addresses = 0; // connections that came above connections_per_address_max
  std::uint64_t tls_failed = 0;        // handshakes that came to nothing, and connections that broke TLS afterwards
  std::map<std::string_view, std::uint64_t> proxy_refused; // connections without a PROXY header that holds, by reason
  std::uint64_t requests = 0;                              // whose head was understood
  // Requests that were answered before any handler could: those that are malformed, too slow, too large, or for
  // nobody. By status: 400, 404, 408, 413, 414, 431, 501 …
  std::map<int, std::uint64_t> refused;
};

} // namespace wire::http
