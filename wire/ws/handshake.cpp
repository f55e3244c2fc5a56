#include "wire/ws/handshake.h"

#include <algorithm>

#include <openssl/evp.h>

#include "wire/base/base64.h"
#include "wire/base/check.h"
#include "wire/ws/header_reader.h"

namespace wire::ws {
namespace {

constexpr std::string_view supported_version = "13";

bool is_base64_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

// §4.1: 16 bytes in base64.
bool is_key(std::string_view text) {
  return text.size() == 24 && text.ends_with("==") && std::all_of(text.begin(), text.end() - 2, is_base64_char);
}

} // namespace

std::string sec_websocket_accept(std::string_view sec_websocket_key) {
  // Looked up once: OpenSSL 3 takes longer to find the algorithm than to run it.
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  check(sha1 != nullptr, "OpenSSL has no SHA-1");
  std::string text(sec_websocket_key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // §1.3
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  check(EVP_Digest(text.data(), text.size(), digest, &size, sha1, nullptr) == 1, "SHA-1 failed");
  return base64_encode({reinterpret_cast<const char*>(digest), size});
}

Result<Accept, HandshakeError> accept_handshake(const HandshakeRequest& request, const DeflateOptions* deflate) {
  if (request.method != "GET") return HandshakeError::method_not_get;
  if (!list_contains(request.upgrade, "websocket") || !list_contains(request.connection, "upgrade")) {
    return HandshakeError::no_upgrade;
  }
  if (request.sec_websocket_key.empty()) return HandshakeError::no_key;
  if (!is_key(request.sec_websocket_key)) return HandshakeError::invalid_key;
  if (request.sec_websocket_version.empty()) return HandshakeError::no_version;
  if (request.sec_websocket_version != supported_version) return HandshakeError::unsupported_version;

  Accept accept;
  if (!request.sec_websocket_protocol.empty()) {
    HeaderReader reader(request.sec_websocket_protocol);
    do {
      const auto protocol = reader.token();
      if (protocol.empty()) return HandshakeError::invalid_protocol;
      if (accept.sec_websocket_protocol.empty()) accept.sec_websocket_protocol = protocol;
    } while (reader.take(','));
    if (!reader.at_end()) return HandshakeError::invalid_protocol;
  }
  if (deflate) {
    const auto params = negotiate_deflate(request.sec_websocket_extensions, *deflate);
    if (!params) return HandshakeError::invalid_extensions;
    accept.deflate = *params;
    if (accept.deflate) accept.sec_websocket_extensions = sec_websocket_extensions(*accept.deflate);
  }
  accept.sec_websocket_accept = sec_websocket_accept(request.sec_websocket_key);
  return accept;
}

Refusal refusal(HandshakeError error) {
  switch (error) {
    case HandshakeError::method_not_get:
      return {405, "Invalid HTTP method", {}};
    case HandshakeError::no_upgrade:
      return {400, "Invalid Upgrade or Connection header", {}};
    case HandshakeError::no_key:
      return {400, "Missing Sec-WebSocket-Key header", {}};
    case HandshakeError::invalid_key:
      return {400, "Invalid Sec-WebSocket-Key header", {}};
    case HandshakeError::no_version:
      return {400, "Missing Sec-WebSocket-Version header", supported_version};
    case HandshakeError::unsupported_version:
      return {426, "Unsupported Sec-WebSocket-Version header", supported_version};
    case HandshakeError::invalid_protocol:
      return {400, "Invalid Sec-WebSocket-Protocol header", {}};
    case HandshakeError::invalid_extensions:
      return {400, "Invalid Sec-WebSocket-Extensions header", {}};
  }
  return {400, "Bad Request", {}};
}

} // namespace wire::ws
