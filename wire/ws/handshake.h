#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/ws/deflate_negotiation.h"

// The opening handshake of RFC 6455 §4.2, without the HTTP around it.
namespace wire::ws {

// The request's headers as they came, empty where there is none; one that came in several lines is joined with commas
// (RFC 9110 §5.3). That the request is HTTP/1.1 with one Host is known already.
struct HandshakeRequest {
  std::string_view method{};
  std::string_view upgrade{};
  std::string_view connection{};
  std::string_view sec_websocket_key{};
  std::string_view sec_websocket_version{};
  std::string_view sec_websocket_protocol{};
  std::string_view sec_websocket_extensions{};
};

// The headers of the answer 101, besides `Upgrade: websocket` and `Connection: Upgrade`.
struct Accept {
  std::string sec_websocket_accept;
  // The first that the client offers, as Socket.IO on Node answers; empty for no header. A view into the request.
  std::string_view sec_websocket_protocol;
  std::string sec_websocket_extensions; // empty for no header
  std::optional<DeflateParams> deflate;
};

enum class HandshakeError {
  method_not_get,
  no_upgrade,
  no_key,
  invalid_key,
  no_version,
  unsupported_version,
  invalid_protocol,
  invalid_extensions,
};

// What to answer instead of 101, as text/plain, closing the connection.
struct Refusal {
  int status;
  std::string_view text;
  std::string_view sec_websocket_version; // a header too, unless empty
};

// Without `deflate` no compression is agreed on, and what the client offers is not read.
Result<Accept, HandshakeError> accept_handshake(const HandshakeRequest& request,
                                                const DeflateOptions* deflate = nullptr);
Refusal refusal(HandshakeError error);

// What a server makes of a client's key; the client checks it.
std::string sec_websocket_accept(std::string_view sec_websocket_key);

} // namespace wire::ws
