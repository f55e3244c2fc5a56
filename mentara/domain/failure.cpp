#include "mentara/domain/failure.h"

#include <utility>

namespace mentara {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::token_missing:
      return "token_missing";
    case Code::token_invalid:
      return "token_invalid";
    case Code::token_expired:
      return "token_expired";
    case Code::token_revoked:
      return "token_revoked";
    case Code::forbidden:
      return "forbidden";
    case Code::not_found:
      return "not_found";
    case Code::invalid_payload:
      return "invalid_payload";
    case Code::payload_too_large:
      return "payload_too_large";
    case Code::rate_limited:
      return "rate_limited";
    case Code::conflict:
      return "conflict";
    case Code::blocked:
      return "blocked";
    case Code::busy:
      return "busy";
    case Code::unreachable:
      return "unreachable";
    case Code::glare:
      return "glare";
    case Code::connection_limit:
      return "connection_limit";
    case Code::unavailable:
      return "unavailable";
    case Code::unknown_event:
      return "unknown_event";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

Failure not_found(std::string_view what) {
  return {Code::not_found, "There is no such " + std::string(what) + ", or you are not part of it."};
}

Failure invalid(std::string field, std::string error) {
  return {Code::invalid_payload, std::move(error), std::move(field)};
}

Failure unavailable(std::string error, std::int64_t retry_after_ms) {
  return {Code::unavailable, std::move(error), {}, retry_after_ms};
}

} // namespace mentara
