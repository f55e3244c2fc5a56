#include "wire/eio/connection_error.h"

#include "wire/eio/verify.h"
#include "wire/http/query.h"

namespace wire::eio {
namespace {

std::string_view broken_rule(const http::Query& query, const http::Request& request) {
  for (std::string_view key : {"EIO", "transport", "sid"}) {
    if (query.count(key) > 1) return "DUPLICATE_PARAMETER";
  }
  if (!is_field_text(request.header("origin").value_or(std::string_view()))) return "INVALID_ORIGIN";
  if (query.find("sid").value_or(std::string()).empty()) return "TRANSPORT_HANDSHAKE_ERROR";
  return query.find("EIO") == "4" ? "TRANSPORT_MISMATCH" : "PROTOCOL_MISMATCH";
}

} // namespace

std::string connection_error_context(const http::Request& request, RequestError code, std::string_view message) {
  const http::Query query(request.query);
  const auto asked_for = [&](std::string_view key) { return query.find(key).value_or(std::string()); };
  switch (code) {
    case RequestError::transport_unknown:
      return asked_for("transport");
    case RequestError::session_id_unknown:
      return asked_for("sid");
    case RequestError::bad_handshake_method:
      return std::string(request.method);
    case RequestError::bad_request:
      return std::string(broken_rule(query, request));
    case RequestError::unsupported_protocol_version:
      return asked_for("EIO");
    case RequestError::forbidden:
    case RequestError::too_many_requests:
      break;
  }
  return std::string(message);
}

} // namespace wire::eio
