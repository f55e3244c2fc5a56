#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mentara {

// Why a request was refused: the `code` of a failure ack, and the status of a REST answer.
enum class Code {
  token_missing,
  token_invalid,
  token_expired,
  token_revoked,
  forbidden,
  not_found,
  invalid_payload,
  payload_too_large,
  rate_limited,
  conflict,
  blocked,
  busy,
  unreachable,
  glare,
  connection_limit,
  unavailable,
  unknown_event,
  internal,
};
std::string_view to_string(Code code); // as on the wire

struct Failure {
  Code code = Code::internal;
  std::string error;   // for a person: what was wrong and what to do
  std::string field{}; // of invalid_payload: "participantIds[3]"
  std::optional<std::int64_t> retry_after_ms{};
  std::string call_id{}; // of glare: the call that is ringing

  friend bool operator==(const Failure&, const Failure&) = default;
};

// The one text for what does not exist and for what a stranger may not see, so that nobody can tell them apart (threats
// Z7).
Failure not_found(std::string_view what); // "conversation"
Failure invalid(std::string field, std::string error);
Failure unavailable(std::string error, std::int64_t retry_after_ms);

} // namespace mentara
