#include <algorithm>
#include <utility>

#include "mentara/limits_of_nodes.h"
#include "mentara/services/call_service_run.h"

// What the server, or the keeper of calls, before this one was holding; and how another one goes on after this one.
namespace mentara::services {
namespace {

using storage::Transaction;
using wire::Result;
using wire::TimePoint;

} // namespace

// --- the start of the server ---

void CallService::recover() {
  struct Ended {
    storage::UnendedCall of;
    KeptEnd kept;
  };
  store_.write<std::vector<Ended>>(
      [now = clock_.now()](Transaction& transaction) -> Result<std::vector<Ended>, Failure> {
        std::vector<Ended> ended;
        for (storage::UnendedCall& unended : transaction.calls().unended()) {
          Call& call = unended.call;
          call.reason = end_reason(call_rule(CallEvent::server_restart).in(call.state));
          call.state = CallState::ended;
          call.ended_at = now;
          transaction.call_changes().update(call);
          KeptEnd kept = keep_end(transaction, call, unended.caller);
          ended.push_back({std::move(unended), std::move(kept)});
        }
        return ended;
      },
      [this](Result<std::vector<Ended>, Failure> ended) {
        if (!ended) return; // the database failed: it says so, and the next start ends them
        for (auto& [of, kept] : *ended) {
          publish_end(of.call, of.caller, std::move(kept), {{}, {}, *of.call.ended_at});
        }
      });
}

// --- several nodes ---

storage::CallSeats CallService::seats_of(const Live& live) {
  if (!live.machine) return {live.offered_from.device, live.offered_from.socket, std::nullopt, {}, live.offer};
  const CallMachine& machine = *live.machine;
  storage::CallSeats seats{machine.seat(CallSide::caller).device, machine.seat(CallSide::caller).socket};
  if (machine.state() == CallState::ringing) {
    seats.offer = live.offer;
  } else {
    seats.callee_device = machine.seat(CallSide::callee).device;
    seats.callee_socket = machine.seat(CallSide::callee).socket;
  }
  return seats;
}

// How it ends is kept for sure; that it goes on need not wait for the disk.
void CallService::store_progress(const Live& live) {
  store_.write<std::monostate>(
      [call = live.call, seats = live.kept_seats,
       site = site_](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (auto refused = refuse_unless_keeper(site, transaction)) return *std::move(refused);
        transaction.call_changes().update(call);
        if (seats) transaction.call_changes().set_seats(call.id, *seats);
        return std::monostate{};
      },
      [](Result<std::monostate, Failure>) {});
}

// What was asked waited for a keeper, or for the store; whoever asked may be gone since.
void CallService::look_after_seats(Live& live) {
  for (const CallSide side : {CallSide::caller, CallSide::callee}) {
    const auto& seat = std::as_const(*live.machine).seat(side);
    const UserId& user = live.call.user(side);
    if (seat.socket.empty() || seat.away_until || has_socket(user, seat.socket)) continue;
    const CallAsker gone{side, seat.device, seat.socket};
    run(live, [&](CallMachine& machine, CallOutbox& out) {
      machine.device_gone(gone, !sockets_.contains(user), time_.now(), out);
    });
  }
}

// The device that is away has come back over a socket that was not known to be its way back.
void CallService::take_seat_again(Live& live, CallSide side, TimePoint since) {
  const auto found = sockets_.find(live.call.user(side));
  if (found == sockets_.end() || !live.machine->is_away(side)) return;
  const DeviceId device = std::as_const(*live.machine).seat(side).device;
  const auto& sockets = found->second;
  const auto newest = std::find_if(sockets.rbegin(), sockets.rend(), [&](const Socket& socket) {
    return socket.device == device && socket.came >= since;
  });
  if (newest == sockets.rend()) return;
  const CallAsker back{side, device, newest->id};
  run(live, [&](CallMachine& machine, CallOutbox& out) { machine.device_back(back, out); });
}

void CallService::store_held(Live& live) {
  const std::vector<CallMachine::Held>& held = live.machine->held();
  if (held == live.kept_held) return;
  const bool has_grown =
      held.size() > live.kept_held.size() && std::equal(live.kept_held.begin(), live.kept_held.end(), held.begin());
  const auto first_new = held.begin() + (has_grown ? static_cast<std::ptrdiff_t>(live.kept_held.size()) : 0);
  store_.write<std::monostate>(
      [id = live.call.id, added = std::vector(first_new, held.end()), has_grown,
       site = site_](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (auto refused = refuse_unless_keeper(site, transaction)) return *std::move(refused);
        if (!has_grown) transaction.call_changes().forget_held(id);
        for (const CallMachine::Held& one : added) transaction.call_changes().add_held(id, one);
        return std::monostate{};
      },
      [](Result<std::monostate, Failure>) {});
  live.kept_held = held;
}

void CallService::adopt(std::vector<storage::UnendedCall> calls) {
  keeps_ = true;
  // The newest first: whoever is in a newer call has left the older one, and its end could not be stored.
  for (auto one_of = calls.rbegin(); one_of != calls.rend(); ++one_of) {
    storage::UnendedCall& one = *one_of;
    const auto [at, is_new] = calls_.try_emplace(one.call.id);
    if (!is_new) continue; // this node has not stored its end yet
    Live& live = at->second;
    live.call = std::move(one.call);
    live.caller = std::move(one.caller);
    const auto learned = std::find_if(learned_ends_.begin(), learned_ends_.end(),
                                      [&](const LearnedEnd& end) { return end.call == live.call.id; });
    if (learned != learned_ends_.end()) {
      end_as(live, learned->reason, learned->ended_at);
      continue;
    }
    if (engagements_.is_busy(live.call.from_user_id) || engagements_.is_busy(live.call.to_user_id)) {
      end_without_seats(live);
      continue;
    }
    live.is_adopted = true;
    if (one.seats) {
      live.offer = one.seats->offer;
      live.offered_from = {CallSide::caller, one.seats->caller_device, one.seats->caller_socket};
    }
    live.kept_seats = std::move(one.seats);
    live.kept_held = std::move(one.held);
    engagements_.begin(live.call);
    if (live.call.answered_at) engagements_.answer(live.call);
  }
}

void CallService::restore() {
  std::vector<CallId> adopted;
  for (const auto& [id, live] : calls_) {
    if (live.is_adopted) adopted.push_back(id);
  }
  for (const CallId& id : adopted) restore(calls_.at(id));
}

void CallService::restore(Live& live) {
  live.is_adopted = false;
  const bool can_go_on = live.kept_seats && (live.call.state == CallState::ringing || live.kept_seats->callee_device);
  if (!can_go_on) {
    engagements_.end(live.call);
    return end_without_seats(live);
  }
  std::optional<CallAsker> callee;
  if (live.call.state != CallState::ringing) {
    callee = CallAsker{CallSide::callee, *live.kept_seats->callee_device, live.kept_seats->callee_socket};
  }
  const auto rung = wire::milliseconds(std::max<std::int64_t>(clock_.now().ms - live.call.started_at.ms, 0));
  live.machine.emplace(live.call.state, live.offered_from, callee, live.kept_held, times_,
                       time_.now() + times_.ring - rung);
  rearm(live);
  look_after_seats(live);
  for (const CallSide side : {CallSide::caller, CallSide::callee}) take_seat_again(live, side, TimePoint::min());
  run(live, [](CallMachine& machine, CallOutbox& out) { machine.pass_on_held(out); });
  for (auto& waiting : std::exchange(live.waiting, {})) waiting();
}

void CallService::learn_end(LearnedEnd end) {
  const bool is_new = std::none_of(learned_ends_.begin(), learned_ends_.end(),
                                   [&](const LearnedEnd& known) { return known.call == end.call; });
  if (is_new) learned_ends_.push_back(end);
  if (learned_ends_.size() > limits::call_ends_learned_max) learned_ends_.pop_front();
  const auto found = calls_.find(end.call);
  if (!keeps_ || found == calls_.end()) return;
  Live& live = found->second;
  if (live.call.state == CallState::ended || (!live.machine && !live.is_adopted)) return;
  // It was taken over before this came.
  engagements_.end(live.call);
  live.is_adopted = false;
  live.machine.reset();
  rearm(live);
  end_as(live, end.reason, end.ended_at);
}

// Nobody knows who was in it.
void CallService::end_without_seats(Live& live) {
  end_as(live, *end_reason(call_rule(CallEvent::server_restart).in(live.call.state)), clock_.now());
}

void CallService::end_as(Live& live, EndReason reason, UnixTime at) {
  live.call.reason = reason;
  live.call.state = CallState::ended;
  live.call.ended_at = at;
  for (auto& waiting : std::exchange(live.waiting, {})) waiting();
  store_end(live, {});
}

void CallService::let_go() {
  keeps_ = false;
  sockets_.clear();
  std::vector<wire::UniqueFunction<void()>> waiting;
  for (auto at = calls_.begin(); at != calls_.end();) {
    Live& live = at->second;
    const bool is_offered = !live.machine && !live.is_adopted;  // the database has the word
    const bool is_ending = live.call.state == CallState::ended; // likewise
    if (is_offered || is_ending) {
      ++at;
      continue;
    }
    if (live.wake) wakes_.erase({*live.wake, live.call.id});
    engagements_.end(live.call);
    for (auto& one : live.waiting) waiting.push_back(std::move(one));
    at = calls_.erase(at);
  }
  for (auto& one : waiting) one();
}

} // namespace mentara::services
