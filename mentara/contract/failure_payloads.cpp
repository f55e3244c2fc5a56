#include "mentara/contract/failure_payloads.h"

#include "mentara/contract/writer.h"

namespace mentara::contract {
namespace {

std::optional<std::string_view> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

} // namespace

FailureAck::FailureAck(const Failure& failure)
    : error(failure.error),
      code(to_string(failure.code)),
      retryAfterMs(failure.retry_after_ms),
      field(unless_empty(failure.field)),
      callId(unless_empty(failure.call_id)) {}

Exception::Exception(std::string_view of_event, const Failure& failure)
    : event(of_event),
      error(failure.error),
      code(to_string(failure.code)),
      retryAfterMs(failure.retry_after_ms),
      field(unless_empty(failure.field)),
      callId(unless_empty(failure.call_id)) {}

void append_json(std::string& out, const FailureAck& ack) { write(out, ack); }
void append_json(std::string& out, const Exception& exception) { write(out, exception); }

} // namespace mentara::contract
