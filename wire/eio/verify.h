#pragma once

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

// 20 characters of the alphabet of our sids, and one more that names a loop other than the first.
bool is_sid(std::string_view text);

// The value of a header may have no control characters but a tab (RFC 9110 §5.5).
bool is_field_text(std::string_view text);

} // namespace wire::eio
