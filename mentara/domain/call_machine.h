#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/id.h"
#include "wire/base/time.h"

namespace mentara {

// What one device says to the other through us, as JSON that we do not look into.
struct CallSignal {
  enum class Kind { answer, candidate, renegotiate };
  Kind kind = Kind::candidate;
  std::string body{};   // the answer, one candidate, a description
  bool restart = false; // of renegotiate: an ICE restart
  friend bool operator==(const CallSignal&, const CallSignal&) = default;
};

// Who asks, or came back: a socket of one of the two users.
struct CallAsker {
  CallSide side = CallSide::caller;
  DeviceId device;
  std::string socket;
};

enum class CallRefusal {
  wrong_side, // only the other one may
  too_early,  // not before it is answered
  too_late,   // it is answered already
  over,       // it has ended
  elsewhere,  // another device of the same user is in the call
  too_much,   // more is held for the other side than it may have waiting
};

// Where the machine's wishes go. `socket` is one socket; the others are named by their side.
class CallOutbox {
 public:
  virtual ~CallOutbox() = default;
  virtual void ring(const std::string& socket) = 0; // the callee's, which came while it rang
  virtual void signal(const std::string& socket, CallSide from, const CallSignal& signal) = 0;
  virtual void media_state(const std::string& socket, CallSide from, const CallMedia& media) = 0;
  virtual void answered(const std::string& by_socket) = 0; // all others of the callee ring no more
  virtual void peer_reconnecting(const std::string& socket, CallSide who, wire::TimePoint until) = 0;
  virtual void peer_reconnected(const std::string& socket, CallSide who) = 0;
  // Once. To all sockets of both, but the one that asked for it (empty: nobody did).
  virtual void ended(EndReason reason, const std::string& asked_by) = 0;
};

// One call, from its ringing to its end, as call_table says. Pure data: time is an argument.
//
// The *seat* of a side is the socket that offered or answered, and the device that it belongs to. A device that
// connects anew while its seat is empty takes it again; one that renegotiates from a second connection moves it there,
// since after a change of network the first one may look alive for long.
class CallMachine {
 public:
  static constexpr std::size_t held_bytes_max = 256 * 1024;
  static constexpr std::size_t held_signals_max = 256;

  CallMachine(const CallAsker& caller, const CallTimes& times, wire::TimePoint now);
  struct Held {
    CallSide from = CallSide::caller;
    std::string socket{}; // of a callee while it rings: more than one device may have something to say
    CallSignal signal{};
    friend bool operator==(const Held&, const Held&) = default;
  };
  // One that another server has begun, as it is known: whoever of the two has a seat is taken to sit there. `callee`:
  // none, nobody has answered. Tell it who is not there, and then pass_on_held().
  CallMachine(CallState state, const CallAsker& caller, const std::optional<CallAsker>& callee, std::vector<Held> held,
              const CallTimes& times, wire::TimePoint ring_until);

  CallState state() const { return state_; }
  std::optional<EndReason> reason() const { return reason_; } // of an ended one
  std::optional<wire::TimePoint> next_wake() const;           // when on_time() is to be called
  wire::TimePoint ring_until() const { return ring_until_; }

  using Refused = std::optional<CallRefusal>;                                                  // none: it was done
  Refused may(CallEvent event, const CallAsker& asker) const { return refused(event, asker); } // none: he may, now

  [[nodiscard]] Refused answer(const CallAsker& asker, std::string answer, wire::TimePoint now, CallOutbox& out);
  [[nodiscard]] Refused candidate(const CallAsker& asker, std::string candidate, CallOutbox& out);
  [[nodiscard]] Refused renegotiate(const CallAsker& asker, std::string description, bool restart, CallOutbox& out);
  [[nodiscard]] Refused media_state(const CallAsker& asker, const CallMedia& media, CallOutbox& out);
  [[nodiscard]] Refused report(const CallAsker& asker, CallOutbox& out); // may he report on it?
  // reject, cancel, end. `failed`: it ends because the devices found no way to each other.
  [[nodiscard]] Refused finish(CallEvent event, const CallAsker& asker, CallOutbox& out, bool failed = false);

  // `last`: the user has no other socket.
  void device_gone(const CallAsker& gone, bool last, wire::TimePoint now, CallOutbox& out);
  void device_back(const CallAsker& back, CallOutbox& out);
  void on_time(wire::TimePoint now, CallOutbox& out);
  void on_block(CallSide by, CallOutbox& out);
  void pass_on_held(CallOutbox& out); // to those who are there: it may be told a second time

  struct Seat {
    DeviceId device{};
    std::string socket{};                        // empty: nobody has answered
    std::optional<wire::TimePoint> away_until{}; // its socket is gone; while it rings: the end of time
    std::optional<CallMedia> media{};            // what it said last
    friend bool operator==(const Seat&, const Seat&) = default;
  };
  const Seat& seat(CallSide side) const { return seats_[static_cast<int>(side)]; }
  const std::vector<Held>& held() const { return held_; }
  bool is_away(CallSide side) const { return seat(side).away_until.has_value(); }

  friend bool operator==(const CallMachine&, const CallMachine&) = default;

 private:
  Seat& seat(CallSide side) { return seats_[static_cast<int>(side)]; }
  Refused refused(CallEvent event, const CallAsker& asker) const;
  Refused take_seat(CallEvent event, const CallAsker& asker, CallOutbox& out);
  void resume(const CallAsker& back, CallOutbox& out);
  Refused pass_on(CallEvent event, const CallAsker& asker, CallSignal signal, CallOutbox& out);
  Refused hold(const CallAsker& asker, CallSignal signal);
  void flush(CallSide to, CallOutbox& out);
  void tell_media(CallSide to, CallOutbox& out) const;
  void end(EndReason reason, const std::string& asked_by, CallOutbox& out);

  CallTimes times_;
  CallState state_ = CallState::ringing;
  std::optional<EndReason> reason_{};
  wire::TimePoint ring_until_;
  std::optional<wire::TimePoint> caller_gone_until_{};
  Seat seats_[2];
  std::vector<Held> held_{};
};

} // namespace mentara
