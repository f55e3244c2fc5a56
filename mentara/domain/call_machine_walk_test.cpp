// I9 of docs/threats.md by brute force: everything that two users with two devices each can do to a call, and
// everything that can befall them, in every order, to a depth of eight steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "mentara/domain/call_machine.h"

namespace mentara {
namespace {

using namespace std::chrono_literals;
using wire::Duration;
using wire::TimePoint;

constexpr int depth_max = 8;
constexpr CallTimes times{};

// One device of each may have a connection that is about to be found dead beside its new one.
constexpr int devices = 4, sockets = 6;
CallSide side_of(int socket) { return socket < sockets / 2 ? CallSide::caller : CallSide::callee; }
constexpr int device_of[sockets] = {0, 0, 1, 2, 2, 3};
const std::string names[sockets] = {"A1", "A1'", "A2", "B1", "B1'", "B2"};
CallAsker asker(int socket) { return {side_of(socket), {names[socket].substr(0, 2)}, names[socket]}; }
int index_of(const std::string& name) { return static_cast<int>(std::find(names, names + sockets, name) - names); }

enum class Told : char { nothing, ringing, in_call, over };

// What the walk has led to: the call, and what everybody knows of it.
struct World : CallOutbox {
  CallMachine call{asker(0), times, TimePoint{}};
  TimePoint now{};
  bool live[sockets] = {true, false, true, true, false, true};
  Told told[sockets] = {Told::in_call, Told::nothing, Told::nothing, Told::ringing, Told::nothing, Told::ringing};
  char sent[devices] = {'0', '0', '0', '0'}; // candidates: numbered, so that one out of order is seen
  char last_seen[devices] = {'0', '0', '0', '0'};
  int ends = 0;
  int wishes = 0; // of the latest step

  void ring(const std::string& socket) override { tell(socket, Told::ringing); }
  void signal(const std::string& socket, CallSide from, const CallSignal& signal) override {
    const int to = heard(socket);
    EXPECT_NE(side_of(to), from);
    EXPECT_NE(call.state(), CallState::ended);
    if (signal.kind != CallSignal::Kind::candidate) return;
    const int sender = signal.body[0] - '0';
    EXPECT_LT(last_seen[sender], signal.body[1]) << "twice, or out of order";
    last_seen[sender] = signal.body[1];
  }
  void media_state(const std::string& socket, CallSide, const CallMedia&) override { heard(socket); }
  void answered(const std::string& by_socket) override {
    ++wishes;
    for (int socket = sockets / 2; socket < sockets; ++socket) {
      if (told[socket] == Told::ringing) told[socket] = Told::over;
    }
    tell(by_socket, Told::in_call);
  }
  void peer_reconnecting(const std::string& socket, CallSide, TimePoint until) override {
    heard(socket);
    EXPECT_GT(until, now);
  }
  void peer_reconnected(const std::string& socket, CallSide) override { heard(socket); }
  void ended(EndReason, const std::string& asked_by) override {
    ++wishes;
    ++ends;
    EXPECT_TRUE(asked_by.empty() || live[index_of(asked_by)]);
    for (int socket = 0; socket < sockets; ++socket) {
      if (live[socket]) told[socket] = Told::over; // the one that asked has its ack
    }
  }

  int heard(const std::string& socket) {
    ++wishes;
    EXPECT_TRUE(live[index_of(socket)]) << "nobody is there to hear it";
    return index_of(socket);
  }
  void tell(const std::string& socket, Told what) { told[heard(socket)] = what; }
  bool has_socket(CallSide side) const {
    for (int socket = 0; socket < sockets; ++socket) {
      if (live[socket] && side_of(socket) == side) return true;
    }
    return false;
  }
};

using Pairs = std::set<std::pair<CallEvent, CallState>>;

// One thing that can happen; false: it cannot happen now.
using Step = bool (*)(World&, int socket, Pairs&);

template <class Ask>
bool ask(World& world, CallEvent event, int socket, Pairs& pairs, Ask request) {
  if (!world.live[socket]) return false;
  pairs.emplace(event, world.call.state());
  const CallMachine before = world.call;
  world.wishes = 0;
  const CallMachine::Refused why = request(world.call, asker(socket), world);
  if (why) {
    EXPECT_EQ(world.call, before) << "a refused request changes nothing";
    EXPECT_EQ(world.wishes, 0) << "and nobody hears of it";
  } else {
    EXPECT_TRUE(call_rule(event).allows(side_of(socket)));
    EXPECT_NE(before.state(), CallState::ended);
  }
  return true;
}

bool answer(World& world, int socket, Pairs& pairs) {
  return ask(world, CallEvent::answer, socket, pairs, [&](CallMachine& call, const CallAsker& who, World& out) {
    return call.answer(who, "answer", out.now, out);
  });
}
bool candidate(World& world, int socket, Pairs& pairs) {
  char& number = world.sent[device_of[socket]];
  if (number == (socket == 0 ? '2' : '1')) return false; // of one device two, so that their order is seen
  return ask(world, CallEvent::candidate, socket, pairs, [&](CallMachine& call, const CallAsker& who, World& out) {
    const std::string body{static_cast<char>('0' + device_of[socket]), static_cast<char>(number + 1)};
    const auto why = call.candidate(who, body, out);
    if (!why) ++number;
    return why;
  });
}
bool renegotiate(World& world, int socket, Pairs& pairs) {
  if (world.call.held().size() > 1) return false;
  return ask(world, CallEvent::renegotiate, socket, pairs, [](CallMachine& call, const CallAsker& who, World& out) {
    return call.renegotiate(who, "offer", true, out);
  });
}
bool media_state(World& world, int socket, Pairs& pairs) {
  return ask(world, CallEvent::media_state, socket, pairs,
             [](CallMachine& call, const CallAsker& who, World& out) { return call.media_state(who, {}, out); });
}
bool report(World& world, int socket, Pairs& pairs) {
  return ask(world, CallEvent::report, socket, pairs,
             [](CallMachine& call, const CallAsker& who, World& out) { return call.report(who, out); });
}
template <CallEvent event>
bool finish(World& world, int socket, Pairs& pairs) {
  return ask(world, event, socket, pairs,
             [](CallMachine& call, const CallAsker& who, World& out) { return call.finish(event, who, out); });
}
bool gone(World& world, int socket, Pairs& pairs) {
  if (!world.live[socket]) return false;
  pairs.emplace(CallEvent::device_gone, world.call.state());
  world.live[socket] = false;
  world.told[socket] = Told::nothing;
  world.call.device_gone(asker(socket), !world.has_socket(side_of(socket)), world.now, world);
  return true;
}
bool back(World& world, int socket, Pairs& pairs) {
  if (world.live[socket]) return false;
  pairs.emplace(CallEvent::device_back, world.call.state());
  world.live[socket] = true;
  world.call.device_back(asker(socket), world);
  return true;
}
bool block(World& world, int socket, Pairs& pairs) {
  if (socket != 0 && socket != sockets / 2) return false; // it is a user's doing, whatever the device
  pairs.emplace(CallEvent::blocked, world.call.state());
  world.call.on_block(side_of(socket), world);
  return true;
}
const Step steps[] = {answer,
                      candidate,
                      renegotiate,
                      media_state,
                      report,
                      finish<CallEvent::reject>,
                      finish<CallEvent::cancel>,
                      finish<CallEvent::end>,
                      gone,
                      back,
                      block};

// The next timer, on time or a second late; or a while in which none is due.
bool let_time_pass(World& world, int how, Pairs& pairs) {
  const auto due = world.call.next_wake();
  if (how < 2 && !due) return false;
  const TimePoint then = how == 0 ? *due : how == 1 ? *due + 1s : world.now + 6s;
  if (how == 2 && due && *due <= then) return false;
  if (how < 2) {
    const CallState state = world.call.state();
    const CallEvent event = state != CallState::ringing       ? CallEvent::reconnect_over
                            : *due == world.call.ring_until() ? CallEvent::ring_over
                                                              : CallEvent::caller_gone_over;
    pairs.emplace(event, state);
  }
  world.now = then;
  world.call.on_time(then, world);
  return true;
}

// --- what must hold ---

void expect_sound(const World& world) {
  const CallMachine& call = world.call;
  EXPECT_EQ(world.ends, call.state() == CallState::ended ? 1 : 0) << "one end, and no second";
  EXPECT_EQ(call.reason().has_value(), call.state() == CallState::ended);
  EXPECT_GT(call.next_wake().value_or(TimePoint::max()), world.now) << "nothing is overdue";
  for (int socket = 0; socket < sockets; ++socket) {
    if (!world.live[socket]) continue;
    if (call.state() == CallState::ended) {
      EXPECT_NE(world.told[socket], Told::ringing) << names[socket] << " rings for ever";
      EXPECT_NE(world.told[socket], Told::in_call) << names[socket] << " is left alone";
    } else if (side_of(socket) == CallSide::callee) {
      EXPECT_EQ(world.told[socket] == Told::ringing, call.state() == CallState::ringing) << names[socket];
    }
  }
  if (call.state() == CallState::ended) return;
  EXPECT_EQ(call.state() == CallState::connecting, call.state() != CallState::ringing && !call.held().empty() &&
                                                       call.held().front().signal.kind == CallSignal::Kind::answer)
      << "connecting: the caller does not have the answer yet";
  for (const CallSide side : {CallSide::caller, CallSide::callee}) {
    const auto& seat = call.seat(side);
    if (seat.socket.empty()) continue;
    EXPECT_EQ(call.is_away(side), !world.live[index_of(seat.socket)]) << "it is known who is there";
    for (const auto& held : call.held()) {
      EXPECT_TRUE(call.state() == CallState::ringing || held.from == side || call.is_away(side))
          << "nothing waits for who is there";
    }
  }
  EXPECT_TRUE(call.state() != CallState::ringing || call.next_wake()) << "no ringing without an end";
  if (call.state() == CallState::ringing && world.has_socket(CallSide::caller)) {
    EXPECT_EQ(call.next_wake(), call.ring_until()) << "the caller is there, so no time but that of ringing runs";
  }
}

// Nobody does anything any more: then there is no ringing past its time, and nobody waits for one who is gone.
void expect_to_end(World world) {
  const TimePoint began = world.now;
  const auto run_out = [&] {
    while (const auto due = world.call.next_wake()) {
      world.now = *due;
      world.call.on_time(*due, world);
    }
  };
  const bool was_ringing = world.call.state() == CallState::ringing;
  run_out();
  EXPECT_LE(world.now - began, was_ringing ? times.ring : times.reconnect);
  if (world.call.state() != CallState::ended) {
    EXPECT_EQ(world.call.state(), CallState::active);
    Pairs ignored;
    for (int socket = 0; socket < sockets; ++socket) gone(world, socket, ignored);
    run_out();
  }
  EXPECT_EQ(world.call.state(), CallState::ended);
  EXPECT_EQ(world.ends, 1);
}

// All that decides what can happen from here: two worlds with one key are one.
std::string key(const World& world) {
  std::string key;
  const auto add = [&key](auto value) { key += std::to_string(value) + ','; };
  const auto add_time = [&](std::optional<TimePoint> time) {
    add(!time ? -1 : *time == TimePoint::max() ? -2 : (*time - world.now) / 1ms);
  };
  add(static_cast<int>(world.call.state()));
  if (world.call.state() == CallState::ringing) add_time(world.call.ring_until());
  add_time(world.call.next_wake());
  for (const CallSide side : {CallSide::caller, CallSide::callee}) {
    const auto& seat = world.call.seat(side);
    key += seat.socket + (seat.media ? "+" : "-");
    add_time(seat.away_until);
  }
  for (const auto& held : world.call.held()) key += held.socket + held.signal.body;
  for (int socket = 0; socket < sockets; ++socket) {
    key += world.live[socket] ? static_cast<char>('a' + static_cast<char>(world.told[socket])) : '.';
  }
  key.append(world.sent, devices).append(world.last_seen, devices);
  return key;
}

TEST(CallMachineWalk, I9_whatever_happens_a_call_has_one_end_that_everybody_learns_and_nobody_rings_for_ever) {
  std::unordered_set<std::string> seen;
  std::vector<World> level(1);
  seen.insert(key(level.front()));
  Pairs pairs;
  for (int depth = 0; depth < depth_max; ++depth) {
    std::vector<World> next;
    const auto visit = [&](World&& world) {
      if (!seen.insert(key(world)).second) return;
      expect_sound(world);
      expect_to_end(world);
      next.push_back(std::move(world));
    };
    for (const World& from : level) {
      for (const Step step : steps) {
        for (int socket = 0; socket < sockets; ++socket) {
          World world = from;
          if (step(world, socket, pairs)) visit(std::move(world));
        }
      }
      for (int how = 0; how < 3; ++how) {
        World world = from;
        if (let_time_pass(world, how, pairs)) visit(std::move(world));
      }
      if (testing::Test::HasFailure()) FAIL() << "after " << depth + 1 << " steps: " << key(from);
    }
    level = std::move(next);
  }
  RecordProperty("states", static_cast<int>(seen.size()));
  EXPECT_GT(seen.size(), 10'000u);
  // Every pair of the table was tried, but the restart, at which there is no machine any more, and timers that run in
  // other states only.
  for (const CallRule& rule : call_table) {
    if (rule.event == CallEvent::server_restart) continue;
    for (const CallState state : {CallState::ringing, CallState::connecting, CallState::active, CallState::ended}) {
      const bool runs = rule.may != CallParty::server || rule.in(state) != CallStep::nothing ||
                        rule.event == CallEvent::device_gone || rule.event == CallEvent::device_back ||
                        rule.event == CallEvent::blocked;
      EXPECT_TRUE(!runs || pairs.contains({rule.event, state})) << static_cast<int>(rule.event) << to_string(state);
    }
  }
}

} // namespace
} // namespace mentara
