#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/call_machine.h"
#include "mentara/domain/callbacks.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/services/actor.h"
#include "mentara/services/call_actor.h"
#include "mentara/services/call_news.h"
#include "mentara/services/call_site.h"
#include "mentara/services/engagements.h"
#include "mentara/services/notification_changes.h"
#include "mentara/storage/calls.h"
#include "mentara/storage/store.h"

// The rules of calls between two. What happens when is in the machine (domain/call.h); here is who may call whom, what
// is kept, and which machine an event is for.
namespace mentara::services {

struct NewCall {
  CallId call_id;
  UserId to_user_id;
  std::string offer; // JSON
  CallMedia media{};
};

struct CallQuery {
  std::string before{}; // the next_cursor of the page that came last; empty: from the newest
  std::int64_t limit = 20;
};

struct CallHistory {
  std::vector<Call> calls; // the newest first
  std::string next_cursor{};
};

// A change of what is sent; what is none stays.
struct MediaChange {
  std::optional<bool> audio{}, video{}, screen{}, hold{};
};

// Owned by the home loop. Answers may come within the call that asks.
class CallService {
 public:
  struct Time {
    wire::UniqueFunction<wire::TimePoint()> now;
    wire::UniqueFunction<void(wire::TimePoint)> wake; // call on_time() then; replaces what was asked before
  };

  CallService(storage::Store& store, events::EventBus& bus, Engagements& engagements, CallNews& news,
              const WallClock& clock, CallTimes times, Time time, CallSite site = CallSite::alone);

  // What the server before this one was holding ends: nobody is left in a call that nobody keeps.
  void recover();

  // --- with several nodes: this one becomes the keeper of all calls, and ceases to be it. Sockets are those of all
  // nodes; what is asked in between is not for this service. ---
  // An end that could not be stored yet is told to the other nodes, which learn it.
  void on_unstored_end(std::function<void(const Call&)> handler) { on_unstored_end_ = std::move(handler); }
  struct LearnedEnd {
    CallId call;
    UserId caller;
    EndReason reason{};
    UnixTime ended_at{};
  };
  void learn_end(LearnedEnd end);
  const std::deque<LearnedEnd>& learned_ends() const { return learned_ends_; } // the newest last
  // The calls of the last keeper, which wait for restore(): until then sockets come and go without effect.
  void adopt(std::vector<storage::UnendedCall> calls);
  // Now it is known who is there: the calls go on.
  void restore();
  void let_go(); // without a word: another one goes on with them

  // --- sockets of /video-calls come and go ---
  void connect(const CallActor& actor);
  void disconnect(const CallActor& actor);
  // As disconnect(), but noticed late, because its node is no more: the device may have come back meanwhile.
  void lose(const CallActor& actor);
  void on_time();
  // One of two blocks the other: a call of theirs ends.
  void on_block(const UserId& by, const UserId& blocked);

  // --- what clients ask for ---
  void offer(CallActor actor, NewCall request, Done<Call> done);
  // `to`: whom the client means; none, or the other one of the call.
  void answer(CallActor actor, CallId call, std::optional<UserId> to, std::string answer, Done<Call> done);
  void candidates(CallActor actor, CallId call, std::optional<UserId> to, std::vector<std::string> candidates,
                  Done<std::monostate> done);
  void renegotiate(CallActor actor, CallId call, std::optional<UserId> to, std::string description, bool restart,
                   Done<std::monostate> done);
  void set_media_state(CallActor actor, CallId call, MediaChange change, Done<std::monostate> done);
  // reject, cancel, end
  void finish(CallEvent event, CallActor actor, CallId call, bool failed, Done<Call> done);
  void report(CallActor actor, CallId call, std::string report, Done<std::monostate> done);
  void history(Actor actor, CallQuery query, Done<CallHistory> done);

  std::size_t live_calls() const { return calls_.size(); }

 private:
  struct Socket {
    std::string id;
    DeviceId device;
    wire::TimePoint came;
  };
  // From its offer until its end is stored.
  struct Live {
    Call call;
    User caller;
    std::string offer;
    CallAsker offered_from;
    std::optional<CallMachine> machine{};                // none: the offer is not stored yet
    std::vector<wire::UniqueFunction<void()>> waiting{}; // what the caller said since
    std::optional<wire::TimePoint> wake{};
    std::optional<wire::TimePoint> reported[2]{};
    UserId ended_by{};
    std::string ended_by_socket{};
    bool told_unstored = false;
    std::optional<storage::CallSeats> kept_seats{}; // as they were stored last; with several nodes
    std::vector<CallMachine::Held> kept_held{};     // likewise
    bool is_adopted = false;                        // and waits for restore()
    bool is_being_answered = false;                 // the store has the word
  };
  class Voice;

  // `then(Live&, CallSide, Done<T>)` of a call that is stored and that the actor is part of.
  template <class T, class Then>
  void with_call(CallActor actor, CallId id, std::optional<UserId> to, Done<T> done, Then then);
  template <class T>
  void refuse_unknown(const CallActor& actor, CallId id, Done<T> done);
  template <class What> // what(CallMachine&, CallOutbox&)
  auto run(Live& live, What what);

  void begin(const CallId& id, Done<Call> done);
  void begin_ringing(const CallId& id, Done<Call> done);
  void refuse(const CallId& id, EndReason reason, Failure failure, Done<Call> done);
  std::optional<Failure> refuse_busy_caller(const Call& call) const;
  void drop(const CallId& id);
  void restore(Live& live);
  void end_without_seats(Live& live);
  void end_as(Live& live, EndReason reason, UnixTime at);
  void look_after_seats(Live& live);
  void take_seat_again(Live& live, CallSide side, wire::TimePoint since);
  void store_progress(const Live& live);
  void store_held(Live& live);
  void store_answer(Live& live, const CallAsker& asker, std::string answer, Done<Call> done);
  void connect(Live& live, const CallAsker& asker, std::string answer, Done<Call> done);
  static storage::CallSeats seats_of(const Live& live);

  struct KeptEnd { // as it was committed
    std::vector<storage::ToldEnd> told;
    NotificationChanges notified; // a callee who missed it
    bool is_elsewhere = false;    // nothing was kept: another node keeps the calls
  };
  static KeptEnd keep_end(storage::Transaction& transaction, const Call& call, const User& caller);
  void store_end(const Live& live, Done<Call> done);
  void on_end_stored(const CallId& id, wire::Result<KeptEnd, Failure> kept, Done<Call> done);
  void publish_end(const Call& call, const User& caller, KeptEnd kept, events::Metadata metadata);

  bool has_socket(const UserId& user, const std::string& socket) const;
  UnixTime wall_time(wire::TimePoint time);
  void rearm(Live& live);

  storage::Store& store_;
  events::EventBus& bus_;
  Engagements& engagements_;
  CallNews& news_;
  const WallClock& clock_;
  const CallTimes times_;
  Time time_;
  const CallSite site_;
  bool keeps_; // false: another node does
  std::function<void(const Call&)> on_unstored_end_{};

  std::unordered_map<CallId, Live, IdHash> calls_;
  std::unordered_map<UserId, std::vector<Socket>, IdHash> sockets_;
  std::set<std::pair<wire::TimePoint, CallId>> wakes_;
  std::deque<LearnedEnd> learned_ends_;
};

} // namespace mentara::services
