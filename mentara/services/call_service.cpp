#include "mentara/services/call_service_run.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "mentara/limits.h"
#include "mentara/limits_of_nodes.h"
#include "mentara/storage/blocks.h"

namespace mentara::services {
namespace {

using storage::Snapshot;
using storage::Transaction;
using wire::Result;
using wire::TimePoint;

Failure is_used() { return {Code::conflict, "This callId was used before. Make a new one for each call."}; }
Failure is_over() { return {Code::conflict, "This call is over."}; }

Failure to_failure(CallRefusal refusal) {
  switch (refusal) {
    case CallRefusal::wrong_side:
      return {Code::forbidden, "In this call only the other one may do this."};
    case CallRefusal::too_early:
      return {Code::conflict, "This call has not been answered yet."};
    case CallRefusal::too_late:
      return {Code::conflict, "This call has been answered."};
    case CallRefusal::over:
      return is_over();
    case CallRefusal::elsewhere:
      return {Code::conflict, "Another device of yours is in this call."};
    case CallRefusal::too_much:
      break;
  }
  return {Code::rate_limited, "Too much waits for the other side already.", {}, 1000};
}

// Who may call whom: those who share a conversation, and of whom neither blocks the other.
std::optional<Failure> may_not_call(Snapshot& snapshot, const Call& call) {
  if (!snapshot.calls().share_conversation(call.from_user_id, call.to_user_id)) {
    return Failure{Code::forbidden, "You can call those with whom you share a conversation."};
  }
  if (snapshot.blocks().between(call.from_user_id, call.to_user_id)) {
    return Failure{Code::blocked, "You two cannot call each other: one of you blocks the other."};
  }
  if (snapshot.calls().find(call.id)) return is_used();
  return std::nullopt;
}

std::optional<storage::CallKey> parse_cursor(const std::string& text) {
  if (text.empty()) return std::numeric_limits<storage::CallKey>::max();
  storage::CallKey key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
  if (error != std::errc{} || end != text.data() + text.size() || key < 0) return std::nullopt;
  return key;
}

} // namespace

CallService::CallService(storage::Store& store, events::EventBus& bus, Engagements& engagements, CallNews& news,
                         const WallClock& clock, CallTimes times, Time time, CallSite site)
    : store_(store),
      bus_(bus),
      engagements_(engagements),
      news_(news),
      clock_(clock),
      times_(times),
      time_(std::move(time)),
      site_(site),
      keeps_(site == CallSite::alone) {}

// --- sockets ---

void CallService::connect(const CallActor& actor) {
  sockets_[actor.user.id].push_back({actor.socket, actor.device_id, time_.now()});
  const auto id = engagements_.call_of(actor.user.id);
  if (!id) return;
  Live& live = calls_.at(*id);
  if (!live.machine) return;
  const CallAsker asker{*live.call.side_of(actor.user.id), actor.device_id, actor.socket};
  run(live, [&](CallMachine& machine, CallOutbox& out) { machine.device_back(asker, out); });
  // It may still be ringing there.
  const bool is_elsewhere = asker.side == CallSide::callee && live.call.answered_at &&
                            std::as_const(*live.machine).seat(CallSide::callee).device != actor.device_id;
  if (is_elsewhere) news_.answered_elsewhere(live.call, actor.socket);
}

void CallService::disconnect(const CallActor& actor) {
  const auto found = sockets_.find(actor.user.id);
  if (found == sockets_.end()) return;
  std::erase_if(found->second, [&](const Socket& socket) { return socket.id == actor.socket; });
  const bool last = found->second.empty();
  if (last) sockets_.erase(found);
  const auto id = engagements_.call_of(actor.user.id);
  if (!id) return;
  Live& live = calls_.at(*id);
  if (!live.machine) return; // begin_ringing() looks whether he is there
  const CallAsker asker{*live.call.side_of(actor.user.id), actor.device_id, actor.socket};
  run(live, [&](CallMachine& machine, CallOutbox& out) { machine.device_gone(asker, last, time_.now(), out); });
}

void CallService::lose(const CallActor& actor) {
  disconnect(actor);
  const auto id = engagements_.call_of(actor.user.id);
  if (!id) return;
  Live& live = calls_.at(*id);
  // What came before that has another story: a second window on the same device.
  const wire::Duration unnoticed = limits::roster_lease + 2 * limits::roster_beat;
  if (live.machine) take_seat_again(live, *live.call.side_of(actor.user.id), time_.now() - unnoticed);
}

bool CallService::has_socket(const UserId& user, const std::string& socket) const {
  const auto found = sockets_.find(user);
  return found != sockets_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                [&](const Socket& known) { return known.id == socket; });
}

// --- blocks ---

void CallService::on_block(const UserId& by, const UserId& blocked) {
  const auto id = engagements_.call_of(by);
  if (!id) return;
  Live& live = calls_.at(*id);
  const auto side = live.call.side_of(by);
  if (!side || live.call.side_of(blocked) != other(*side)) return;
  if (live.call.state == CallState::ended) return;
  if (!live.machine) return live.waiting.push_back([this, by, blocked] { on_block(by, blocked); });
  const CallState before = live.machine->state();
  run(live, [&](CallMachine& machine, CallOutbox& out) { machine.on_block(*side, out); });
  if (before == CallState::ended) return;
  live.ended_by = by;
  store_end(live, {});
}

// --- time ---

void CallService::on_time() {
  const TimePoint now = time_.now();
  while (!wakes_.empty() && wakes_.begin()->first <= now) {
    Live& live = calls_.at(wakes_.begin()->second);
    wakes_.erase(wakes_.begin());
    live.wake.reset();
    if (live.call.state == CallState::ended) {
      store_end(live, {}); // it could not be stored
      continue;
    }
    run(live, [&](CallMachine& machine, CallOutbox& out) { machine.on_time(now, out); });
    if (live.machine->state() == CallState::ended) store_end(live, {});
  }
  if (!wakes_.empty()) time_.wake(wakes_.begin()->first);
}

void CallService::rearm(Live& live) {
  const auto wake = live.machine ? live.machine->next_wake() : std::nullopt;
  if (live.wake == wake) return;
  if (live.wake) wakes_.erase({*live.wake, live.call.id});
  live.wake = wake;
  if (wake) wakes_.emplace(*wake, live.call.id);
  if (!wakes_.empty()) time_.wake(wakes_.begin()->first);
}

UnixTime CallService::wall_time(TimePoint time) {
  return {clock_.now().ms + std::chrono::duration_cast<wire::milliseconds>(time - time_.now()).count()};
}

// --- a call, and who speaks in it ---

// What is not live is over, or never was; whoever is not one of the two learns nothing (threats Z3, Z6).
template <class T>
void CallService::refuse_unknown(const CallActor& actor, CallId id, Done<T> done) {
  store_.read<T>(
      [user = actor.user.id, id = std::move(id)](Snapshot& snapshot) -> Result<T, Failure> {
        const auto call = snapshot.calls().find(id);
        if (!call || !call->side_of(user)) return not_found("call");
        return is_over();
      },
      std::move(done));
}

template <class T, class Then>
void CallService::with_call(CallActor actor, CallId id, std::optional<UserId> to, Done<T> done, Then then) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return refuse_unknown(actor, std::move(id), std::move(done));
  Live& live = found->second;
  const auto side = live.call.side_of(actor.user.id);
  if (!side || (!live.machine && !live.is_adopted && side == CallSide::callee)) return done(not_found("call"));
  if (to && *to != live.call.user(other(*side))) {
    return done(Failure{Code::forbidden, "toUserId is not the other one in this call."});
  }
  if (!live.machine && live.call.state == CallState::ended) return done(is_over());
  if (live.machine) return then(live, CallAsker{*side, actor.device_id, actor.socket}, std::move(done));
  if (live.waiting.size() >= CallMachine::held_signals_max) return done(to_failure(CallRefusal::too_much));
  live.waiting.push_back(
      [this, actor = std::move(actor), id = std::move(id), done = std::move(done), then = std::move(then)]() mutable {
        with_call(std::move(actor), std::move(id), std::nullopt, std::move(done), std::move(then));
      });
}

// --- offers ---

void CallService::offer(CallActor actor, NewCall request, Done<Call> done) {
  if (request.to_user_id == actor.user.id) return done(invalid("toUserId", "toUserId must be somebody else"));
  const auto [at, is_new] = calls_.try_emplace(request.call_id);
  if (!is_new) return done(is_used());
  Live& live = at->second;
  live.call = {.id = request.call_id,
               .from_user_id = actor.user.id,
               .to_user_id = std::move(request.to_user_id),
               .media = request.media,
               .started_at = clock_.now()};
  live.offered_from = {CallSide::caller, std::move(actor.device_id), std::move(actor.socket)};
  live.caller = std::move(actor.user);
  live.offer = std::move(request.offer);
  store_.read<std::monostate>(
      [call = live.call](Snapshot& snapshot) -> Result<std::monostate, Failure> {
        if (auto refused = may_not_call(snapshot, call)) return *std::move(refused);
        return std::monostate{};
      },
      [this, id = std::move(request.call_id), done = std::move(done)](Result<std::monostate, Failure> allowed) mutable {
        if (allowed && keeps_) return begin(id, std::move(done));
        drop(id);
        done(allowed ? calls_are_elsewhere() : std::move(allowed.error()));
      });
}

// He may call; whether the other one can be called is said only now, so that no stranger learns it (threats Z7).
void CallService::begin(const CallId& id, Done<Call> done) {
  Live& live = calls_.at(id);
  if (auto refused = refuse_busy_caller(live.call)) {
    drop(id);
    return done(*std::move(refused));
  }
  if (engagements_.is_busy(live.call.to_user_id)) {
    return refuse(id, EndReason::busy, {Code::busy, "The other one is in another call."}, std::move(done));
  }
  if (!sockets_.contains(live.call.to_user_id)) {
    return refuse(id, EndReason::missed,
                  {Code::unreachable, "The other one is not connected; he will see that you called."}, std::move(done));
  }
  engagements_.begin(live.call);
  if (site_ == CallSite::shared) live.kept_seats = seats_of(live);
  store_.write<std::monostate>(
      [call = live.call, seats = live.kept_seats,
       site = site_](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (auto refused = refuse_unless_keeper(site, transaction)) return *std::move(refused);
        if (!transaction.call_changes().insert(call)) return is_used();
        if (seats) transaction.call_changes().set_seats(call.id, *seats);
        return std::monostate{};
      },
      [this, id, done = std::move(done)](Result<std::monostate, Failure> stored) mutable {
        if (stored && keeps_) return begin_ringing(id, std::move(done));
        engagements_.end(calls_.at(id).call);
        drop(id);
        done(stored ? calls_are_elsewhere() : std::move(stored.error()));
      });
}

std::optional<Failure> CallService::refuse_busy_caller(const Call& call) const {
  if (!engagements_.is_busy(call.from_user_id)) return std::nullopt;
  if (const auto other_id = engagements_.call_of(call.from_user_id)) {
    const Call& other_call = calls_.at(*other_id).call;
    if (other_call.state == CallState::ringing && other_call.from_user_id == call.to_user_id) {
      Failure glare{Code::glare, "The other one is just calling you: answer that call."};
      glare.call_id = other_id->value;
      return glare;
    }
  }
  return Failure{Code::busy, "You are in another call."};
}

// A call that never rang, and is remembered.
void CallService::refuse(const CallId& id, EndReason reason, Failure failure, Done<Call> done) {
  Live& live = calls_.at(id);
  live.call.state = CallState::ended;
  live.call.reason = reason;
  live.call.ended_at = live.call.started_at;
  store_.write<KeptEnd>(
      [call = live.call, caller = live.caller, site = site_](Transaction& transaction) -> Result<KeptEnd, Failure> {
        if (auto refused = refuse_unless_keeper(site, transaction)) return *std::move(refused);
        if (!transaction.call_changes().insert(call)) return is_used();
        return keep_end(transaction, call, caller);
      },
      [this, id, failure = std::move(failure), done = std::move(done)](Result<KeptEnd, Failure> kept) mutable {
        const Live& refused = calls_.at(id);
        const Call call = refused.call;
        const User caller = refused.caller;
        const std::string socket = refused.offered_from.socket;
        drop(id);
        done(kept ? std::move(failure) : std::move(kept.error()));
        if (kept) publish_end(call, caller, *std::move(kept), {call.from_user_id, socket, *call.ended_at});
      },
      storage::origin_number(live.offered_from.socket));
}

void CallService::begin_ringing(const CallId& id, Done<Call> done) {
  Live& live = calls_.at(id);
  live.machine.emplace(live.offered_from, times_, time_.now());
  rearm(live);
  done(live.call);
  const UnixTime expires_at = wall_time(live.machine->ring_until());
  news_.incoming(live.call, live.caller, live.offer, expires_at, {});
  news_.ringing(live.call, expires_at, live.offered_from.socket);
  bus_.publish(
      events::CallStartedEvent{{live.call.from_user_id, live.offered_from.socket, live.call.started_at}, live.call});
  if (!has_socket(live.call.from_user_id, live.offered_from.socket)) {
    const bool last = !sockets_.contains(live.call.from_user_id);
    run(live,
        [&](CallMachine& machine, CallOutbox& out) { machine.device_gone(live.offered_from, last, time_.now(), out); });
  }
  for (auto& waiting : std::exchange(live.waiting, {})) waiting();
}

// An offer that came to nothing.
void CallService::drop(const CallId& id) {
  auto node = calls_.extract(id);
  for (auto& waiting : node.mapped().waiting) waiting();
}

// --- what clients ask for ---

void CallService::answer(CallActor actor, CallId call, std::optional<UserId> to, std::string answer, Done<Call> done) {
  with_call<Call>(std::move(actor), std::move(call), std::move(to), std::move(done),
                  [this, answer = std::move(answer)](Live& live, const CallAsker& asker, Done<Call> reply) mutable {
                    if (site_ == CallSite::alone) return connect(live, asker, std::move(answer), std::move(reply));
                    if (const auto refused = std::as_const(*live.machine).may(CallEvent::answer, asker)) {
                      return reply(to_failure(*refused));
                    }
                    if (std::exchange(live.is_being_answered, true)) return reply(to_failure(CallRefusal::too_late));
                    store_answer(live, asker, std::move(answer), std::move(reply));
                  });
}

// Before anybody hears of it: else the next keeper would go on ringing while the two talk already.
void CallService::store_answer(Live& live, const CallAsker& asker, std::string answer, Done<Call> done) {
  Call answered = live.call;
  answered.state = CallState::active;
  answered.answered_at = clock_.now();
  storage::CallSeats seats = seats_of(live);
  seats.callee_device = asker.device;
  seats.callee_socket = asker.socket;
  seats.offer.clear();
  // Until it has been passed on.
  std::vector<CallMachine::Held> held = live.machine->held();
  held.insert(held.begin(), {CallSide::callee, asker.socket, {CallSignal::Kind::answer, answer}});
  live.kept_held = held;
  store_.write<std::monostate>(
      [answered = std::move(answered), seats = std::move(seats), held = std::move(held),
       site = site_](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (auto refused = refuse_unless_keeper(site, transaction)) return *std::move(refused);
        transaction.call_changes().update(answered);
        transaction.call_changes().set_seats(answered.id, seats);
        transaction.call_changes().forget_held(answered.id);
        for (const CallMachine::Held& one : held) transaction.call_changes().add_held(answered.id, one);
        return std::monostate{};
      },
      [this, id = live.call.id, asker, answer = std::move(answer),
       done = std::move(done)](Result<std::monostate, Failure> stored) mutable {
        const auto found = calls_.find(id);
        if (found != calls_.end()) found->second.is_being_answered = false;
        if (!stored) return done(std::move(stored.error()));
        if (found == calls_.end() || !found->second.machine) return done(keeps_ ? is_over() : calls_are_elsewhere());
        connect(found->second, asker, std::move(answer), std::move(done));
      });
}

void CallService::connect(Live& live, const CallAsker& asker, std::string answer, Done<Call> done) {
  const auto refused = run(live, [&](CallMachine& machine, CallOutbox& out) {
    return machine.answer(asker, std::move(answer), time_.now(), out);
  });
  if (refused) return done(to_failure(*refused));
  done(live.call);
  bus_.publish(events::CallAnsweredEvent{{live.call.to_user_id, asker.socket, *live.call.answered_at}, live.call});
}

void CallService::candidates(CallActor actor, CallId call, std::optional<UserId> to,
                             std::vector<std::string> candidates, Done<std::monostate> done) {
  with_call<std::monostate>(std::move(actor), std::move(call), std::move(to), std::move(done),
                            [this, candidates = std::move(candidates)](Live& live, const CallAsker& asker,
                                                                       Done<std::monostate> reply) mutable {
                              for (std::string& candidate : candidates) {
                                const auto refused = run(live, [&](CallMachine& machine, CallOutbox& out) {
                                  return machine.candidate(asker, std::move(candidate), out);
                                });
                                if (refused) return reply(to_failure(*refused));
                              }
                              reply(std::monostate{});
                            });
}

void CallService::renegotiate(CallActor actor, CallId call, std::optional<UserId> to, std::string description,
                              bool restart, Done<std::monostate> done) {
  with_call<std::monostate>(std::move(actor), std::move(call), std::move(to), std::move(done),
                            [this, description = std::move(description), restart](Live& live, const CallAsker& asker,
                                                                                  Done<std::monostate> reply) mutable {
                              const auto refused = run(live, [&](CallMachine& machine, CallOutbox& out) {
                                return machine.renegotiate(asker, std::move(description), restart, out);
                              });
                              if (refused) return reply(to_failure(*refused));
                              reply(std::monostate{});
                            });
}

void CallService::set_media_state(CallActor actor, CallId call, MediaChange change, Done<std::monostate> done) {
  with_call<std::monostate>(
      std::move(actor), std::move(call), std::nullopt, std::move(done),
      [this, change](Live& live, const CallAsker& asker, Done<std::monostate> reply) {
        CallMedia media = std::as_const(*live.machine).seat(asker.side).media.value_or(live.call.media);
        media.audio = change.audio.value_or(media.audio);
        media.video = change.video.value_or(media.video);
        media.screen = change.screen.value_or(media.screen);
        media.hold = change.hold.value_or(media.hold);
        const auto refused =
            run(live, [&](CallMachine& machine, CallOutbox& out) { return machine.media_state(asker, media, out); });
        if (refused) return reply(to_failure(*refused));
        reply(std::monostate{});
      });
}

void CallService::finish(CallEvent event, CallActor actor, CallId call, bool failed, Done<Call> done) {
  with_call<Call>(std::move(actor), std::move(call), std::nullopt, std::move(done),
                  [this, event, failed](Live& live, const CallAsker& asker, Done<Call> reply) {
                    const auto refused = run(live, [&](CallMachine& machine, CallOutbox& out) {
                      return machine.finish(event, asker, out, failed);
                    });
                    if (refused) return reply(to_failure(*refused));
                    live.ended_by = live.call.user(asker.side);
                    store_end(live, std::move(reply));
                  });
}

void CallService::report(CallActor actor, CallId call, std::string report, Done<std::monostate> done) {
  with_call<std::monostate>(
      std::move(actor), std::move(call), std::nullopt, std::move(done),
      [this, report = std::move(report)](Live& live, const CallAsker& asker, Done<std::monostate> reply) mutable {
        const auto refused =
            run(live, [&](CallMachine& machine, CallOutbox& out) { return machine.report(asker, out); });
        if (refused) return reply(to_failure(*refused));
        auto& last = live.reported[static_cast<int>(asker.side)];
        const TimePoint now = time_.now();
        if (last && now < *last + limits::call_report_interval) {
          const auto wait = std::chrono::ceil<wire::milliseconds>(*last + limits::call_report_interval - now);
          return reply(Failure{Code::rate_limited, "One report each 5 s is enough.", {}, wait.count()});
        }
        last = now;
        store_.write<std::monostate>(
            [id = live.call.id, side = asker.side, report = std::move(report),
             at = clock_.now()](Transaction& transaction) -> Result<std::monostate, Failure> {
              transaction.call_changes().add_report(id, side, report, at, limits::call_reports_max);
              return std::monostate{};
            },
            std::move(reply));
      });
}

void CallService::history(Actor actor, CallQuery query, Done<CallHistory> done) {
  store_.read<CallHistory>(
      [user = std::move(actor.user_id), query = std::move(query)](Snapshot& snapshot) -> Result<CallHistory, Failure> {
        const auto before = parse_cursor(query.before);
        if (!before) return invalid("before", "This is not the nextCursor of an earlier page.");
        const auto limit = static_cast<std::size_t>(query.limit);
        auto page = snapshot.calls().page(user, *before, limit + 1);
        CallHistory history;
        if (page.size() > limit) {
          page.pop_back();
          history.next_cursor = std::to_string(page.back().key);
        }
        for (storage::ListedCall& listed : page) history.calls.push_back(std::move(listed.call));
        return history;
      },
      [this, done = std::move(done)](Result<CallHistory, Failure> history) mutable {
        if (history) {
          for (Call& call : history->calls) { // what goes on is known here best
            const auto live = calls_.find(call.id);
            if (live != calls_.end()) call = live->second.call;
          }
        }
        done(std::move(history));
      });
}

} // namespace mentara::services
