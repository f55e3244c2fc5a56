#include "mentara/domain/call.h"

#include <iterator>

namespace mentara {
namespace {

constexpr bool stands_in_the_order_of_its_events() {
  int event = 0;
  for (const CallRule& rule : call_table) {
    if (rule.event != static_cast<CallEvent>(event++)) return false;
  }
  return event == static_cast<int>(CallEvent::server_restart) + 1;
}
static_assert(stands_in_the_order_of_its_events(), "call_rule() finds an event by its number, and every one is there");

} // namespace

std::optional<EndReason> end_reason(CallStep step, CallSide asked_by) {
  switch (step) {
    case CallStep::end_rejected:
      return EndReason::rejected;
    case CallStep::end_cancelled:
      return EndReason::cancelled;
    case CallStep::end_unanswered:
      return asked_by == CallSide::caller ? EndReason::cancelled : EndReason::rejected;
    case CallStep::end_missed:
      return EndReason::missed;
    case CallStep::end_completed:
      return EndReason::completed;
    case CallStep::end_lost:
      return EndReason::peer_lost;
    case CallStep::end_failed:
      return EndReason::failed;
    default:
      return std::nullopt;
  }
}

CallEndNews call_end_news(const Call& call, CallSide to) {
  switch (call.reason.value_or(EndReason::failed)) {
    case EndReason::rejected:
      return CallEndNews::rejected;
    case EndReason::missed:
      return CallEndNews::missed;
    case EndReason::cancelled: // the caller's doing; the callee has missed it
      return to == CallSide::callee ? CallEndNews::missed : CallEndNews::ended;
    case EndReason::busy: // it never rang
      return CallEndNews::nothing;
    case EndReason::completed:
    case EndReason::failed:
    case EndReason::peer_lost:
      break;
  }
  return CallEndNews::ended;
}

std::string_view to_string(CallState state) {
  constexpr std::string_view names[] = {"ringing", "connecting", "active", "ended"};
  return names[static_cast<int>(state)];
}

std::string_view to_string(EndReason reason) {
  constexpr std::string_view names[] = {"completed", "rejected", "cancelled", "missed", "busy", "failed", "peer_lost"};
  return names[static_cast<int>(reason)];
}

} // namespace mentara
