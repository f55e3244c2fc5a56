#pragma once

#include <string>
#include <string_view>

#include "wire/eio/packet.h"
#include "wire/http/message.h"

namespace wire::eio {

// A request that was refused: Socket.IO's event connection_error. The views hold during the call.
struct ConnectionError {
  const http::Request& request;
  RequestError code;
  std::string_view message; // as the client is told
  // What tells more. With bad_request which rule was broken ("INVALID_ORIGIN", "TRANSPORT_MISMATCH",
  // "PROTOCOL_MISMATCH", "TRANSPORT_HANDSHAKE_ERROR", "DUPLICATE_PARAMETER", "MIDDLEWARE_FAILURE"). With forbidden the
  // message. Else what was asked for, in the client's own words: the transport, the session id, the method, the
  // version.
  std::string_view context;
  bool of_another_node = false; // the session that nobody knows here
};

// The context of an error that verify() or the lookup of a session found.
std::string connection_error_context(const http::Request& request, RequestError code, std::string_view message);

} // namespace wire::eio
