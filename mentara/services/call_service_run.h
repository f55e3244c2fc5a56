#pragma once

#include <type_traits>
#include <utility>

#include "mentara/services/call_service.h"

// What happens to the machine of one call, and what follows from it: for the files of CallService alone.
namespace mentara::services {

// What the machine of one call wishes.
class CallService::Voice final : public CallOutbox {
 public:
  Voice(CallService& service, Live& live) : service_(service), live_(live) {}

  void ring(const std::string& socket) override {
    service_.news_.incoming(live_.call, live_.caller, live_.offer, service_.wall_time(live_.machine->ring_until()),
                            socket);
  }
  void signal(const std::string& socket, CallSide from, const CallSignal& signal) override {
    service_.news_.signal(live_.call, from, signal, socket);
  }
  void media_state(const std::string& socket, CallSide from, const CallMedia& media) override {
    service_.news_.media_state(live_.call, from, media, socket);
  }
  void answered(const std::string& by_socket) override {
    live_.call.answered_at = service_.clock_.now();
    service_.news_.answered(live_.call, by_socket);
  }
  void peer_reconnecting(const std::string& socket, CallSide who, wire::TimePoint until) override {
    service_.news_.peer_reconnecting(live_.call, who, service_.wall_time(until), socket);
  }
  void peer_reconnected(const std::string& socket, CallSide who) override {
    service_.news_.peer_reconnected(live_.call, who, socket);
  }
  void ended(EndReason reason, const std::string& asked_by) override {
    live_.call.reason = reason;
    live_.call.ended_at = service_.clock_.now();
    live_.ended_by_socket = asked_by;
  }

 private:
  CallService& service_;
  Live& live_;
};

// The machine does its part, and what follows from it is done: the state that is shown, who is engaged, its timer.
template <class What>
auto CallService::run(Live& live, What what) {
  const CallState before = live.machine->state();
  Voice voice(*this, live);
  const auto follow_up = [&] {
    if (before == CallState::ended) return; // nothing changes any more, and its timer is that of storing the end
    live.call.state = live.machine->state();
    const bool is_answered = before == CallState::ringing && live.call.answered_at;
    if (is_answered) engagements_.answer(live.call);
    if (before != CallState::ended && live.call.state == CallState::ended) engagements_.end(live.call);
    rearm(live);
    if (live.call.state == CallState::ended) return;
    if (site_ == CallSite::alone) {
      if (is_answered) store_progress(live);
      return;
    }
    if (auto seats = seats_of(live); live.call.state != before || live.kept_seats != seats) {
      live.kept_seats = std::move(seats);
      store_progress(live);
    }
    store_held(live);
    look_after_seats(live);
  };
  if constexpr (std::is_void_v<decltype(what(*live.machine, voice))>) {
    what(*live.machine, voice);
    follow_up();
  } else {
    auto refused = what(*live.machine, voice);
    follow_up();
    return refused;
  }
}

} // namespace mentara::services
