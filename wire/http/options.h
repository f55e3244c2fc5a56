#pragma once

#include <memory>

#include "wire/base/address.h"
#include "wire/base/limits.h"
#include "wire/http/forwarded.h"

namespace wire::net {
class AddressLimit;
}

namespace wire::http {

// Of a server and all of its connections. What lies over a limit is answered with the status behind it, and the
// connection is closed.
struct Options {
  // At once, on all loops whose connections this server accepts; more are answered 503. 0: as many as the process may
  // have descriptors, less 256.
  std::size_t connections_max = 0;
  // Of one address at once (IPv6: of a /64), on all loops; more are answered 429, or only closed. 0: any number.
  std::size_t connections_per_address_max = 0;
  std::shared_ptr<net::AddressLimit> address_limit{}; // which several servers share, instead of one of its own
  // Who connects for others: they are believed about whom (threats R1), and their own address has no limit.
  AddressRanges trusted_proxies{};
  ForwardedHeader forwarded_header = ForwardedHeader::x_forwarded_for;
  std::size_t request_line_bytes_max = limits::request_line_bytes_max; // 414
  std::size_t header_bytes_max = limits::header_bytes_max;             // 431; of all headers together, with line ends
  std::size_t header_count_max = limits::header_count_max;             // 431
  std::size_t body_bytes_max = limits::http_body_bytes_max;            // 413
  std::size_t pipelined_bytes_max = limits::pipelined_bytes_max; // reading pauses until the answer before is given
  Duration header_read_timeout = limits::header_read_timeout;    // 408
  Duration keep_alive_timeout = limits::keep_alive_timeout;      // closed without a word
  std::size_t body_rate_bytes_min = limits::body_rate_bytes_min; // 408; a second, after body_rate_grace
  Duration body_rate_grace = limits::body_rate_grace;
};

} // namespace wire::http
