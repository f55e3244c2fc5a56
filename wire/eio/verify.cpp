#include "wire/eio/verify.h"

#include <algorithm>

#include "wire/http/query.h"

namespace wire::eio {
namespace {

bool is_of_sid_alphabet(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

} // namespace

bool is_field_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_sid(std::string_view text) {
  return text.size() >= sid_loop_at && text.size() <= sid_node_at + node_name_chars_max && is_of_sid_alphabet(text);
}

bool is_node_name(std::string_view text) {
  return !text.empty() && text.size() <= node_name_chars_max && is_of_sid_alphabet(text);
}

std::string_view node_of(std::string_view sid) { return sid.size() > sid_node_at ? sid.substr(sid_node_at) : ""; }

Result<VerifiedRequest, RequestError> verify(const RequestFacts& facts, bool polling_enabled, bool websocket_enabled) {
  const http::Query query(facts.query);
  VerifiedRequest verified;
  const auto transport = query.find("transport");
  if (transport == "polling" && polling_enabled) {
    verified.transport = TransportName::polling;
  } else if (transport == "websocket" && websocket_enabled) {
    verified.transport = TransportName::websocket;
  } else {
    return RequestError::transport_unknown;
  }
  for (std::string_view key : {"EIO", "transport", "sid"}) {
    if (query.count(key) > 1) return RequestError::bad_request;
  }
  if (!is_field_text(facts.origin)) return RequestError::bad_request;

  const auto b64 = query.find("b64");
  verified.base64 = b64 && !b64->empty();
  const bool current = query.find("EIO") == "4";
  if (auto sid = query.find("sid"); sid && !sid->empty()) {
    if (!is_sid(*sid)) return RequestError::session_id_unknown;
    verified.sid = std::move(*sid);
    if (!current) return RequestError::bad_request;
    return verified;
  }
  if (facts.method != "GET") return RequestError::bad_handshake_method;
  if (verified.transport == TransportName::websocket && !facts.upgrade) return RequestError::bad_request;
  if (!current) return RequestError::unsupported_protocol_version;
  return verified;
}

} // namespace wire::eio
