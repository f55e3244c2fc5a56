#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"
#include "wire/base/time.h"

// Calls between two users: their words, and the table of what happens when. docs/calls.md shows it as a picture;
// call_machine.h carries it out.
namespace mentara {

enum class CallState {
  ringing,    // offered; nobody has answered
  connecting, // answered, and the caller's device is away: it does not have the answer yet
  active,     // both devices have what they need from us
  ended,      // for ever
};

enum class EndReason { completed, rejected, cancelled, missed, busy, failed, peer_lost };

enum class CallSide { caller, callee };
constexpr CallSide other(CallSide side) { return side == CallSide::caller ? CallSide::callee : CallSide::caller; }

struct CallMedia {
  bool audio = true;
  bool video = true;
  bool screen = false;
  bool hold = false;
  friend bool operator==(const CallMedia&, const CallMedia&) = default;
};

// A call as it is stored and shown.
struct Call {
  CallId id;
  UserId from_user_id;
  UserId to_user_id;
  CallState state = CallState::ringing;
  std::optional<EndReason> reason{}; // of an ended one
  CallMedia media{};                 // as it was offered
  UnixTime started_at{};
  std::optional<UnixTime> answered_at{};
  std::optional<UnixTime> ended_at{};

  const UserId& user(CallSide side) const { return side == CallSide::caller ? from_user_id : to_user_id; }
  // None: not one of the two.
  std::optional<CallSide> side_of(const UserId& user_id) const {
    if (user_id == from_user_id) return CallSide::caller;
    if (user_id == to_user_id) return CallSide::callee;
    return std::nullopt;
  }
  // How long they talked; none: it was not answered, or they still do.
  std::optional<std::int64_t> duration_ms() const {
    if (!answered_at || !ended_at) return std::nullopt;
    return ended_at->ms - answered_at->ms;
  }

  friend bool operator==(const Call&, const Call&) = default;
};

// It rang, or could not, and the callee is told of it later.
constexpr bool is_missed(EndReason reason) { return reason == EndReason::missed || reason == EndReason::cancelled; }

// What one of the two hears of the end of a call.
enum class CallEndNews { nothing, rejected, ended, missed };
CallEndNews call_end_news(const Call& call, CallSide to);

// Every timer of a call; all run in the server.
struct CallTimes {
  wire::Duration ring = wire::seconds(45);        // then it is missed
  wire::Duration caller_gone = wire::seconds(10); // the caller's last socket is gone while it rings: cancelled
  wire::Duration reconnect = wire::seconds(30);   // a call outlives the socket of a device that is in it: peer_lost
  friend bool operator==(const CallTimes&, const CallTimes&) = default;
};

// --- The table ---

enum class CallEvent {
  // what clients ask for
  answer,
  candidate,
  renegotiate,
  media_state,
  report,
  reject,
  cancel,
  end,
  // what the server notices
  device_gone,
  device_back,
  ring_over,
  caller_gone_over,
  reconnect_over,
  blocked, // by one of the two, who means: I do not want this call
  server_restart,
};

enum class CallParty { caller, callee, either, server };

enum class CallStep {
  // refused
  too_early, // not before it is answered
  too_late,  // it is answered
  over,      // it has ended
  // passed on, or kept
  hold,  // until the other side can use it
  relay, // to the peer's device that is in the call; held while that is away
  keep,
  keep_of_caller, // the callee is in the call only when he has answered: too early for him
  // no change of state
  watch,   // the caller: whether he has a socket left. The callee: what comes back rings.
  suspend, // a device that is in the call is away: the peer is told, its time runs
  resume,
  nothing,
  // changes of state
  connect, // the first answer wins
  end_rejected,
  end_cancelled,
  end_unanswered, // by the caller: cancelled; by the callee: rejected
  end_missed,
  end_completed,
  end_lost,
  end_failed,
};

struct CallRule {
  CallEvent event;
  CallParty may; // for others it is forbidden
  CallStep ringing, connecting, active, ended;

  constexpr CallStep in(CallState state) const {
    switch (state) {
      case CallState::ringing:
        return ringing;
      case CallState::connecting:
        return connecting;
      case CallState::active:
        return active;
      case CallState::ended:
        break;
    }
    return ended;
  }
  constexpr bool allows(CallSide side) const {
    return may == CallParty::either || may == (side == CallSide::caller ? CallParty::caller : CallParty::callee);
  }
};

// clang-format off
inline constexpr CallRule call_table[] = {
  // event                      who may              ringing                    connecting               active                   ended
  {CallEvent::answer,           CallParty::callee,   CallStep::connect,         CallStep::too_late,      CallStep::too_late,      CallStep::over},
  {CallEvent::candidate,        CallParty::either,   CallStep::hold,            CallStep::relay,         CallStep::relay,         CallStep::over},
  {CallEvent::renegotiate,      CallParty::either,   CallStep::too_early,       CallStep::relay,         CallStep::relay,         CallStep::over},
  {CallEvent::media_state,      CallParty::either,   CallStep::keep_of_caller,  CallStep::relay,         CallStep::relay,         CallStep::over},
  {CallEvent::report,           CallParty::either,   CallStep::too_early,       CallStep::keep,          CallStep::keep,          CallStep::over},
  {CallEvent::reject,           CallParty::callee,   CallStep::end_rejected,    CallStep::too_late,      CallStep::too_late,      CallStep::over},
  {CallEvent::cancel,           CallParty::caller,   CallStep::end_cancelled,   CallStep::too_late,      CallStep::too_late,      CallStep::over},
  {CallEvent::end,              CallParty::either,   CallStep::end_unanswered,  CallStep::end_completed, CallStep::end_completed, CallStep::over},
  {CallEvent::device_gone,      CallParty::server,   CallStep::watch,           CallStep::suspend,       CallStep::suspend,       CallStep::nothing},
  {CallEvent::device_back,      CallParty::server,   CallStep::watch,           CallStep::resume,        CallStep::resume,        CallStep::nothing},
  {CallEvent::ring_over,        CallParty::server,   CallStep::end_missed,      CallStep::nothing,       CallStep::nothing,       CallStep::nothing},
  {CallEvent::caller_gone_over, CallParty::server,   CallStep::end_cancelled,   CallStep::nothing,       CallStep::nothing,       CallStep::nothing},
  {CallEvent::reconnect_over,   CallParty::server,   CallStep::nothing,         CallStep::end_lost,      CallStep::end_lost,      CallStep::nothing},
  {CallEvent::blocked,          CallParty::server,   CallStep::end_unanswered,  CallStep::end_completed, CallStep::end_completed, CallStep::nothing},
  {CallEvent::server_restart,   CallParty::server,   CallStep::end_missed,      CallStep::end_failed,    CallStep::end_failed,    CallStep::nothing},
};
// clang-format on

constexpr const CallRule& call_rule(CallEvent event) { return call_table[static_cast<int>(event)]; }

// What ends with this step; `asked_by` tells end_unanswered whose it was. None: it does not end the call.
std::optional<EndReason> end_reason(CallStep step, CallSide asked_by = CallSide::caller);

std::string_view to_string(CallState state);
std::string_view to_string(EndReason reason);

} // namespace mentara
