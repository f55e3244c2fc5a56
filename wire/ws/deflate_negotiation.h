#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/ws/deflate.h"
#include "wire/ws/header_reader.h"

// Which permessage-deflate a client and this server have in common (RFC 7692 §5, §7.1).
namespace wire::ws {

struct DeflateOptions {
  bool server_no_context_takeover = true; // asked for or not
  bool client_no_context_takeover = true;
  int server_max_window_bits = 15; // 9 to 15
  int client_max_window_bits = 15; // 8 to 15; only a client that offers the parameter can be held to it
  std::size_t threshold = limits::ws_deflate_threshold;
  InflateLimits inflate_limits{};
};

// Takes the first offer that can be taken from the value of Sec-WebSocket-Extensions; nothing when there is none. An
// offer with an unknown, repeated or wrong parameter is declined, a value that breaks the grammar is an error.
Result<std::optional<DeflateParams>, HeaderError> negotiate_deflate(std::string_view sec_websocket_extensions,
                                                                    const DeflateOptions& options);

// The value with which the server says so.
std::string sec_websocket_extensions(const DeflateParams& params);

} // namespace wire::ws
