#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "wire/base/result.h"
#include "wire/net/endpoint.h"

// The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): what a proxy that forwards connections says
// first of all, so that the server knows whose connection it is.
namespace wire::net {

enum class ProxyError {
  no_header,      // it begins with something else
  malformed,      // it begins like one
  too_large,      // longer than limits::proxy_header_bytes_max
  not_for_us,     // of a socket that is no TCP
  untrusted_peer, // whoever sent it may not say so
  too_slow,       // it did not come in time, or the peer left before
};
std::string_view to_string(ProxyError error);

struct ProxyHeader {
  std::size_t size = 0;             // in bytes; behind it begins what the client says
  std::optional<Endpoint> source{}; // none: the proxy speaks for itself, or does not know
};

// `begin` is what came so far. None: it begins rightly, and more of it is needed.
Result<std::optional<ProxyHeader>, ProxyError> parse_proxy_header(std::string_view begin);

} // namespace wire::net
