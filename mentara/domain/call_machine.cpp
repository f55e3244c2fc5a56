#include "mentara/domain/call_machine.h"

#include <algorithm>
#include <utility>

namespace mentara {

using wire::TimePoint;

CallMachine::CallMachine(const CallAsker& caller, const CallTimes& times, TimePoint now)
    : times_(times), ring_until_(now + times.ring) {
  seat(CallSide::caller) = {caller.device, caller.socket};
}

CallMachine::CallMachine(CallState state, const CallAsker& caller, const std::optional<CallAsker>& callee,
                         std::vector<Held> held, const CallTimes& times, TimePoint ring_until)
    : times_(times), state_(state), ring_until_(ring_until), held_(std::move(held)) {
  seat(CallSide::caller) = {caller.device, caller.socket};
  if (callee) seat(CallSide::callee) = {callee->device, callee->socket};
}

std::optional<TimePoint> CallMachine::next_wake() const {
  switch (state_) {
    case CallState::ringing:
      return std::min(ring_until_, caller_gone_until_.value_or(TimePoint::max()));
    case CallState::connecting:
    case CallState::active: {
      const TimePoint first =
          std::min(seats_[0].away_until.value_or(TimePoint::max()), seats_[1].away_until.value_or(TimePoint::max()));
      return first == TimePoint::max() ? std::nullopt : std::optional(first);
    }
    case CallState::ended:
      break;
  }
  return std::nullopt;
}

// --- what clients ask for ---

CallMachine::Refused CallMachine::answer(const CallAsker& asker, std::string answer, TimePoint now, CallOutbox& out) {
  if (const auto why = refused(CallEvent::answer, asker)) return why;
  seat(CallSide::callee) = {asker.device, asker.socket};
  caller_gone_until_.reset();
  // What the other devices had to say is of no use any more.
  std::erase_if(held_, [&](const Held& held) { return held.from == CallSide::callee && held.socket != asker.socket; });
  // Before the candidates that it goes with.
  held_.insert(held_.begin(), {CallSide::callee, asker.socket, {CallSignal::Kind::answer, std::move(answer)}});
  out.answered(asker.socket);
  flush(CallSide::callee, out);
  tell_media(CallSide::callee, out);
  if (is_away(CallSide::caller)) {
    state_ = CallState::connecting;
    seat(CallSide::caller).away_until = now + times_.reconnect;
    out.peer_reconnecting(asker.socket, CallSide::caller, now + times_.reconnect);
  } else {
    state_ = CallState::active;
    flush(CallSide::caller, out);
  }
  return std::nullopt;
}

CallMachine::Refused CallMachine::candidate(const CallAsker& asker, std::string candidate, CallOutbox& out) {
  return pass_on(CallEvent::candidate, asker, {CallSignal::Kind::candidate, std::move(candidate)}, out);
}

CallMachine::Refused CallMachine::renegotiate(const CallAsker& asker, std::string description, bool restart,
                                              CallOutbox& out) {
  return pass_on(CallEvent::renegotiate, asker, {CallSignal::Kind::renegotiate, std::move(description), restart}, out);
}

CallMachine::Refused CallMachine::media_state(const CallAsker& asker, const CallMedia& media, CallOutbox& out) {
  if (const auto why = refused(CallEvent::media_state, asker)) return why;
  if (const auto why = take_seat(CallEvent::media_state, asker, out)) return why;
  seat(asker.side).media = media;
  if (state_ != CallState::ringing) tell_media(other(asker.side), out);
  return std::nullopt;
}

CallMachine::Refused CallMachine::report(const CallAsker& asker, CallOutbox& out) {
  if (const auto why = refused(CallEvent::report, asker)) return why;
  return take_seat(CallEvent::report, asker, out);
}

CallMachine::Refused CallMachine::finish(CallEvent event, const CallAsker& asker, CallOutbox& out, bool failed) {
  if (const auto why = refused(event, asker)) return why;
  EndReason reason = *end_reason(call_rule(event).in(state_), asker.side);
  if (failed && reason == EndReason::completed) reason = EndReason::failed;
  end(reason, asker.socket, out);
  return std::nullopt;
}

CallMachine::Refused CallMachine::refused(CallEvent event, const CallAsker& asker) const {
  const CallRule& rule = call_rule(event);
  if (!rule.allows(asker.side)) return CallRefusal::wrong_side;
  switch (rule.in(state_)) {
    case CallStep::too_early:
      return CallRefusal::too_early;
    case CallStep::too_late:
      return CallRefusal::too_late;
    case CallStep::over:
      return CallRefusal::over;
    case CallStep::keep_of_caller:
      return asker.side == CallSide::caller ? std::nullopt : Refused(CallRefusal::too_early);
    default:
      return std::nullopt;
  }
}

// Only the device that is in the call speaks in it.
CallMachine::Refused CallMachine::take_seat(CallEvent event, const CallAsker& asker, CallOutbox& out) {
  Seat& seat = this->seat(asker.side);
  const bool is_away = seat.away_until.has_value();
  if (seat.socket == asker.socket && !is_away) return std::nullopt;
  if (seat.device != asker.device) return CallRefusal::elsewhere;
  if (is_away) {
    resume(asker, out);
  } else if (event == CallEvent::renegotiate) {
    seat.socket = asker.socket;
  } else {
    return CallRefusal::elsewhere;
  }
  return std::nullopt;
}

CallMachine::Refused CallMachine::pass_on(CallEvent event, const CallAsker& asker, CallSignal signal, CallOutbox& out) {
  if (const auto why = refused(event, asker)) return why;
  const bool is_held = call_rule(event).in(state_) == CallStep::hold;
  const bool has_seat = !is_held || asker.side == CallSide::caller; // all devices of a callee may while it rings
  if (has_seat) {
    if (const auto why = take_seat(event, asker, out)) return why;
  }
  const CallSide to = other(asker.side);
  if (is_held || is_away(to)) return hold(asker, std::move(signal));
  out.signal(seat(to).socket, asker.side, signal);
  return std::nullopt;
}

CallMachine::Refused CallMachine::hold(const CallAsker& asker, CallSignal signal) {
  std::size_t bytes = signal.body.size();
  for (const Held& held : held_) bytes += held.signal.body.size();
  if (held_.size() >= held_signals_max || bytes > held_bytes_max) return CallRefusal::too_much;
  held_.push_back({asker.side, asker.socket, std::move(signal)});
  return std::nullopt;
}

void CallMachine::flush(CallSide to, CallOutbox& out) {
  for (const Held& held : held_) {
    if (held.from != to) out.signal(seat(to).socket, held.from, held.signal);
  }
  std::erase_if(held_, [&](const Held& held) { return held.from != to; });
}

void CallMachine::pass_on_held(CallOutbox& out) {
  if (state_ != CallState::connecting && state_ != CallState::active) return;
  for (const CallSide to : {CallSide::caller, CallSide::callee}) {
    if (!is_away(to)) flush(to, out);
  }
}

void CallMachine::tell_media(CallSide to, CallOutbox& out) const {
  const auto& media = seat(other(to)).media;
  if (media && !is_away(to)) out.media_state(seat(to).socket, other(to), *media);
}

// --- what the server notices ---

void CallMachine::device_gone(const CallAsker& gone, bool last, TimePoint now, CallOutbox& out) {
  Seat& seat = this->seat(gone.side);
  const bool leaves_seat = seat.socket == gone.socket && !seat.away_until;
  switch (call_rule(CallEvent::device_gone).in(state_)) {
    case CallStep::watch:
      std::erase_if(held_, [&](const Held& held) {
        return gone.side == CallSide::callee && held.from == CallSide::callee && held.socket == gone.socket;
      });
      if (leaves_seat) seat.away_until = TimePoint::max();
      if (last && gone.side == CallSide::caller && !caller_gone_until_) caller_gone_until_ = now + times_.caller_gone;
      break;
    case CallStep::suspend: {
      if (!leaves_seat) break;
      seat.away_until = now + times_.reconnect;
      const CallSide peer = other(gone.side);
      if (!is_away(peer)) out.peer_reconnecting(this->seat(peer).socket, gone.side, *seat.away_until);
      break;
    }
    default:
      break;
  }
}

void CallMachine::device_back(const CallAsker& back, CallOutbox& out) {
  const CallStep step = call_rule(CallEvent::device_back).in(state_);
  if (step == CallStep::nothing) return;
  if (step == CallStep::watch && back.side == CallSide::callee) return out.ring(back.socket);
  if (step == CallStep::watch) caller_gone_until_.reset();
  if (is_away(back.side) && seat(back.side).device == back.device) resume(back, out);
}

void CallMachine::resume(const CallAsker& back, CallOutbox& out) {
  Seat& seat = this->seat(back.side);
  seat.socket = back.socket;
  seat.away_until.reset();
  if (state_ == CallState::ringing) return;

  const CallSide peer = other(back.side);
  flush(back.side, out);
  tell_media(back.side, out);
  if (back.side == CallSide::caller) state_ = CallState::active; // it has the answer now
  if (is_away(peer)) {
    out.peer_reconnecting(seat.socket, peer, *this->seat(peer).away_until);
  } else {
    out.peer_reconnected(this->seat(peer).socket, back.side);
  }
}

void CallMachine::on_time(TimePoint now, CallOutbox& out) {
  const auto due = next_wake();
  if (!due || now < *due) return;
  const CallEvent event = state_ != CallState::ringing ? CallEvent::reconnect_over
                          : *due == ring_until_        ? CallEvent::ring_over
                                                       : CallEvent::caller_gone_over;
  end(*end_reason(call_rule(event).in(state_)), {}, out);
}

void CallMachine::on_block(CallSide by, CallOutbox& out) {
  if (const auto reason = end_reason(call_rule(CallEvent::blocked).in(state_), by)) end(*reason, {}, out);
}

void CallMachine::end(EndReason reason, const std::string& asked_by, CallOutbox& out) {
  state_ = CallState::ended;
  reason_ = reason;
  held_.clear();
  out.ended(reason, asked_by);
}

} // namespace mentara
