#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "mentara/services/call_service.h"
#include "mentara/services/notification_service.h"
#include "mentara/services/test_fixture.h"

// For tests: a server that has calls, and what its clients hear of them.
namespace mentara::services {

class Heard final : public CallNews {
 public:
  void incoming(const Call&, const User&, const std::string&, UnixTime, const std::string& socket) override {
    lines.push_back(socket.empty() ? "rings" : socket + " rings");
  }
  void ringing(const Call&, UnixTime, const std::string& socket) override {
    lines.push_back(socket + " hears it ring");
  }
  void signal(const Call&, CallSide, const CallSignal& signal, const std::string& socket) override {
    lines.push_back(socket + " gets " + signal.body);
  }
  void media_state(const Call&, CallSide, const CallMedia&, const std::string& socket) override {
    lines.push_back(socket + " sees media");
  }
  void answered(const Call&, const std::string& by_socket) override { lines.push_back(by_socket + " answered"); }
  void answered_elsewhere(const Call&, const std::string& socket) override { lines.push_back(socket + " is too late"); }
  void peer_reconnecting(const Call&, CallSide, UnixTime, const std::string& socket) override {
    lines.push_back(socket + " waits");
  }
  void peer_reconnected(const Call&, CallSide, const std::string& socket) override {
    lines.push_back(socket + " waits no more");
  }
  void ended_unstored(const Call&, const std::string&) override { lines.push_back("ended, not stored"); }
  std::vector<std::string> take() { return std::exchange(lines, {}); }

 private:
  std::vector<std::string> lines;
};

class CallServiceTest : public testing::Test {
 protected:
  explicit CallServiceTest(CallSite site = CallSite::alone) : calls(make(site)) {
    world.make_group("g", {"ada", "bob", "eve"});
    world.bus.subscribe<events::CallEndedEvent>("test", [this](const auto& event) { ended.push_back(event); });
    world.bus.subscribe<events::InCallChangedEvent>("test", [this](const auto& event) {
      in_call.push_back(event.metadata.user_id.value + (event.in_call ? " talks" : " does not talk"));
    });
  }

  static CallActor on(const std::string& user, const std::string& device, int connection = 1) {
    return {{.id = {user}}, {device}, device + std::to_string(connection)};
  }
  void connect(const CallActor& actor) { calls.connect(actor), world.loop.run_posted(); }
  void disconnect(const CallActor& actor) { calls.disconnect(actor), world.loop.run_posted(); }
  void pass(wire::Duration time) {
    now += time;
    world.clock.now_.ms += std::chrono::duration_cast<wire::milliseconds>(time).count();
    while (wake && *wake <= now) {
      wake.reset();
      calls.on_time();
      world.loop.run_posted();
    }
  }
  // Some answers come at once, others when the database has spoken.
  template <class T, class Request>
  wire::Result<T, Failure> ask(Request request) {
    std::optional<wire::Result<T, Failure>> answer;
    request(Done<T>([&answer](wire::Result<T, Failure> result) { answer.emplace(std::move(result)); }));
    while (!answer.has_value()) static_cast<void>(world.list("ada"));
    world.loop.run_posted();
    return *std::move(answer);
  }
  // So many calls have ended, as the bus says.
  bool have_ended(std::size_t count) {
    for (const auto end = wire::Clock::now() + std::chrono::seconds(20);
         ended.size() < count && wire::Clock::now() < end;) {
      static_cast<void>(world.list("ada"));
      world.loop.run_posted();
    }
    return ended.size() == count;
  }
  wire::Result<Call, Failure> offer(const CallActor& from, const std::string& to, const std::string& id = "c1") {
    return ask<Call>([&](auto done) { calls.offer(from, {{id}, {to}, "offer"}, std::move(done)); });
  }
  wire::Result<Call, Failure> answer(const CallActor& from, const std::string& id = "c1") {
    return ask<Call>([&](auto done) { calls.answer(from, {id}, std::nullopt, "answer", std::move(done)); });
  }
  wire::Result<Call, Failure> finish(CallEvent event, const CallActor& from, const std::string& id = "c1") {
    return ask<Call>([&](auto done) { calls.finish(event, from, {id}, false, std::move(done)); });
  }
  Code refused(const wire::Result<Call, Failure>& result) { return result ? Code::internal : result.error().code; }

  World world;
  Heard heard;
  wire::TimePoint now{std::chrono::hours(1)};
  std::optional<wire::TimePoint> wake;
  Engagements engagements{world.bus, world.clock};
  CallService make(CallSite site) {
    return {*world.store,
            world.bus,
            engagements,
            heard,
            world.clock,
            CallTimes{},
            CallService::Time{[this] { return now; }, [this](wire::TimePoint at) { wake = at; }},
            site};
  }
  CallService calls;
  std::vector<events::CallEndedEvent> ended;
  std::vector<std::string> in_call;
  const CallActor phone = on("ada", "phone"), desk = on("bob", "desk"), tablet = on("bob", "tablet"),
                  laptop = on("eve", "laptop");
};

} // namespace mentara::services
