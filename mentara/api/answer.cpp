#include "mentara/api/answer.h"

#include <utility>

#include "mentara/contract/failure_payloads.h"
#include "wire/base/check.h"
#include "wire/base/json.h"

namespace mentara::api {
namespace {

wire::http::Response json(int status, std::string body) {
  // Answers are personal and change: nobody keeps them.
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

} // namespace

int status_of(Code code) {
  switch (code) {
    case Code::token_missing:
    case Code::token_invalid:
    case Code::token_expired:
    case Code::token_revoked:
      return 401;
    case Code::forbidden:
    case Code::blocked:
      return 403;
    case Code::not_found:
    case Code::unknown_event:
      return 404;
    case Code::conflict:
    case Code::busy:
    case Code::glare:
    case Code::unreachable:
      return 409;
    case Code::invalid_payload:
      return 400;
    case Code::payload_too_large:
      return 413;
    case Code::rate_limited:
    case Code::connection_limit:
      return 429;
    case Code::unavailable:
      return 503;
    case Code::internal:
      break;
  }
  return 500;
}

wire::http::Response success(std::string_view ack) {
  constexpr std::string_view start = R"({"success":true)";
  wire::check(ack.starts_with(start) && ack.size() > start.size(), "an ack says first that it succeeded");
  std::string_view fields = ack.substr(start.size()); // up to and with the closing brace
  if (fields.front() == ',') fields.remove_prefix(1);
  std::string body(start);
  body.append(",\"data\":{").append(fields).append("}");
  return json(200, std::move(body));
}

wire::http::Response failure(const Failure& failure) {
  wire::http::Response response = json(status_of(failure.code), wire::to_json(contract::FailureAck(failure)));
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (failure.retry_after_ms) {
    const std::int64_t seconds = (*failure.retry_after_ms + 999) / 1000;
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  return response;
}

} // namespace mentara::api
