#pragma once

#include <cstddef>
#include <string_view>

#include "wire/base/result.h"
#include "wire/eio/packet.h"

namespace wire::eio {

// What a request to the path says of itself, for verify().
struct RequestFacts {
  std::string_view method;
  std::string_view query;  // raw
  std::string_view origin; // empty: none
  bool upgrade = false;    // asks to become a WebSocket
};

struct VerifiedRequest {
  TransportName transport = TransportName::polling;
  std::string sid;     // empty: a handshake
  bool base64 = false; // binary messages are to be sent as text over WebSocket
};

// The checks that need no session, in the order in which Socket.IO makes them; a query that names EIO, transport or sid
// twice is a bad request (threats E8), and so is any EIO but 4, on every request (threats E11).
Result<VerifiedRequest, RequestError> verify(const RequestFacts& facts, bool polling_enabled, bool websocket_enabled);

// 20 characters of the alphabet of our sids; one more that names a loop other than the first; behind that, where
// several nodes serve a site, the name of the node.
bool is_sid(std::string_view text);
inline constexpr std::size_t sid_loop_at = 20, sid_node_at = 21;
inline constexpr std::size_t node_name_chars_max = 24;

// A name that a sid can carry: 1 to 24 characters of its alphabet.
bool is_node_name(std::string_view text);
// The name of the node that opened the session; empty: none is named.
std::string_view node_of(std::string_view sid);

// The value of a header may have no control characters but a tab (RFC 9110 §5.5).
bool is_field_text(std::string_view text);

} // namespace wire::eio
