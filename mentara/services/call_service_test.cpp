#include "mentara/services/call_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "mentara/limits.h"
#include "mentara/services/notification_service.h"
#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

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
    for (const auto end = wire::Clock::now() + 20s; ended.size() < count && wire::Clock::now() < end;) {
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
  wire::TimePoint now{1h};
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

TEST_F(CallServiceTest, rings_is_answered_ends_and_leaves_nobody_busy) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  EXPECT_THAT(heard.take(), ElementsAre("rings", "phone1 hears it ring"));
  ASSERT_TRUE(answer(desk));
  EXPECT_THAT(heard.take(), ElementsAre("desk1 answered", "phone1 gets answer"));
  EXPECT_THAT(in_call, ElementsAre("ada talks", "bob talks"));
  connect(tablet);
  EXPECT_THAT(heard.take(), ElementsAre("tablet1 is too late"));
  ASSERT_TRUE(finish(CallEvent::end, desk));
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::completed);
  EXPECT_EQ(ended[0].metadata.user_id.value, "bob");
  EXPECT_EQ(ended[0].told.size(), 2u);
  EXPECT_EQ(engagements.size(), 0u);
  EXPECT_EQ(calls.live_calls(), 0u);
  EXPECT_EQ(refused(finish(CallEvent::end, desk)), Code::conflict) << "it is over";
  EXPECT_EQ(refused(finish(CallEvent::end, laptop)), Code::not_found) << "and was none of hers";
}

TEST_F(CallServiceTest, Z4_a_block_ends_the_call_of_the_two_and_no_other) {
  connect(phone), connect(desk), connect(laptop);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  calls.on_block({"ada"}, {"eve"});
  calls.on_block({"eve"}, {"bob"});
  EXPECT_EQ(calls.live_calls(), 1u);
  calls.on_block({"bob"}, {"ada"});
  calls.on_block({"ada"}, {"bob"});
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::completed);
  EXPECT_EQ(ended[0].metadata.user_id.value, "bob");
  EXPECT_EQ(ended[0].told.size(), 2u);
  EXPECT_EQ(engagements.size(), 0u);
  EXPECT_EQ(calls.live_calls(), 0u);
}

TEST_F(CallServiceTest, a_ringing_call_is_cancelled_by_a_caller_who_blocks_and_rejected_by_a_callee_who_does) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob", "c1"));
  calls.on_block({"ada"}, {"bob"});
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::cancelled);
  ASSERT_TRUE(offer(phone, "bob", "c2"));
  calls.on_block({"bob"}, {"ada"});
  ASSERT_TRUE(have_ended(2));
  EXPECT_EQ(ended[1].call.reason, EndReason::rejected);
}

TEST_F(CallServiceTest, every_time_that_runs_out_ends_it_once) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  pass(45s);
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::missed);
  ASSERT_TRUE(offer(phone, "bob", "c2"));
  disconnect(phone);
  pass(10s);
  ASSERT_TRUE(have_ended(2));
  EXPECT_EQ(ended[1].call.reason, EndReason::cancelled);
  connect(phone);
  ASSERT_TRUE(offer(phone, "bob", "c3"));
  ASSERT_TRUE(answer(desk, "c3"));
  disconnect(desk);
  pass(29s);
  EXPECT_EQ(ended.size(), 2u);
  pass(1s);
  ASSERT_TRUE(have_ended(3));
  EXPECT_EQ(ended[2].call.reason, EndReason::peer_lost);
  EXPECT_EQ(engagements.size(), 0u);
  EXPECT_EQ(wake, std::nullopt);
}

TEST_F(CallServiceTest, a_callee_who_missed_it_is_notified_with_its_end_and_nobody_of_other_ends) {
  connect(phone);
  EXPECT_EQ(refused(offer(phone, "bob", "c0")), Code::unreachable);
  connect(desk);
  ASSERT_TRUE(offer(phone, "bob", "c1"));
  pass(45s);
  ASSERT_TRUE(offer(phone, "bob", "c2"));
  ASSERT_TRUE(finish(CallEvent::cancel, phone, "c2"));
  ASSERT_TRUE(offer(phone, "bob", "c3"));
  ASSERT_TRUE(finish(CallEvent::reject, desk, "c3"));
  ASSERT_TRUE(have_ended(4));
  NotificationService notifications(*world.store, world.bus, world.clock, [](UnixTime) {});
  const auto of = [&](const std::string& user) {
    const auto page = ask<NotificationPage>([&](auto done) { notifications.list({{user}}, {}, std::move(done)); });
    std::vector<std::string> lines;
    for (const Notification& one : page->notifications) {
      EXPECT_EQ(one.type, "VIDEO_CALL_MISSED");
      EXPECT_EQ(one.title, "ada");
      lines.push_back(one.data);
    }
    return lines;
  };
  EXPECT_THAT(of("bob"), ElementsAre(R"({"callId":"c2","fromUserId":"ada","reason":"cancelled"})",
                                     R"({"callId":"c1","fromUserId":"ada","reason":"missed"})",
                                     R"({"callId":"c0","fromUserId":"ada","reason":"missed"})"));
  EXPECT_THAT(of("ada"), IsEmpty());
}

TEST_F(CallServiceTest, whoever_cannot_be_called_is_told_from_whom_one_may_not_call) {
  connect(phone);
  EXPECT_EQ(refused(offer(phone, "zoe")), Code::forbidden);
  EXPECT_EQ(refused(offer(phone, "ada")), Code::invalid_payload);
  EXPECT_EQ(refused(offer(phone, "bob")), Code::unreachable);
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::missed) << "he hears of it when he comes";
  EXPECT_EQ(refused(offer(phone, "bob")), Code::conflict) << "the id is used";
  connect(desk), connect(laptop);
  ASSERT_TRUE(offer(phone, "bob", "c2"));
  EXPECT_EQ(refused(offer(laptop, "bob", "c3")), Code::busy);
  EXPECT_EQ(refused(offer(phone, "eve", "c4")), Code::busy);
  const auto glare = offer(desk, "ada", "c5");
  ASSERT_EQ(refused(glare), Code::glare);
  EXPECT_EQ(glare.error().call_id, "c2");
  ASSERT_TRUE(world.block("eve", "ada"));
  ASSERT_TRUE(finish(CallEvent::cancel, phone, "c2"));
  EXPECT_EQ(refused(offer(phone, "eve", "c6")), Code::blocked);
}

TEST_F(CallServiceTest, what_the_caller_says_before_his_offer_is_stored_waits_for_it) {
  connect(phone), connect(desk);
  bool said = false, offered = false;
  calls.offer(phone, {{"c1"}, {"bob"}, "offer"}, [&](const auto& result) { offered = result.has_value(); });
  calls.candidates(phone, {"c1"}, std::nullopt, {"p1"}, [&](const auto& result) { said = result.has_value(); });
  EXPECT_FALSE(said);
  while (!offered) static_cast<void>(world.list("ada")); // as long as the database takes
  EXPECT_TRUE(said);
  ASSERT_TRUE(answer(desk));
  EXPECT_THAT(heard.take(),
              ElementsAre("rings", "phone1 hears it ring", "desk1 answered", "desk1 gets p1", "phone1 gets answer"));
}

TEST_F(CallServiceTest, I9_calls_that_the_last_server_was_holding_end_with_the_next_start) {
  connect(phone), connect(desk), connect(laptop);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  world.restart();
  CallService next(*world.store, world.bus, engagements, heard, world.clock, CallTimes{},
                   CallService::Time{[this] { return now; }, [](wire::TimePoint) {}});
  next.recover();
  ASSERT_TRUE(have_ended(1));
  const auto history = ask<CallHistory>([&](auto done) { next.history({{"bob"}}, {}, std::move(done)); });
  EXPECT_EQ(ended[0].call.reason, EndReason::failed);
  ASSERT_EQ(history->calls.size(), 1u);
  EXPECT_EQ(history->calls[0], ended[0].call);
}

TEST_F(CallServiceTest, F3_an_end_that_cannot_be_stored_is_told_at_once_and_stored_when_it_can_be) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  heard.take();
  world.send("ada", "g", "behind the answer, which nobody waits for");
  world.database.connect()->execute("ALTER TABLE calls RENAME TO calls_away");
  EXPECT_EQ(refused(finish(CallEvent::end, desk)), Code::unavailable);
  EXPECT_THAT(heard.take(), ElementsAre("ended, not stored"));
  EXPECT_EQ(refused(finish(CallEvent::end, phone)), Code::conflict) << "and whoever asks meanwhile changes nothing";
  pass(1s);
  EXPECT_THAT(ended, IsEmpty());
  world.database.connect()->execute("ALTER TABLE calls_away RENAME TO calls");
  for (int i = 0; i < 20 && ended.empty(); ++i) {
    pass(1s);
    static_cast<void>(world.list("ada"));
    world.loop.run_posted();
  }
  ASSERT_TRUE(have_ended(1));
  EXPECT_THAT(heard.take(), IsEmpty()) << "nobody is told twice";
  EXPECT_EQ(calls.live_calls(), 0u);
}

TEST_F(CallServiceTest, the_history_comes_in_pages_the_newest_first) {
  connect(phone);
  for (const char* id : {"c1", "c2", "c3"}) EXPECT_EQ(refused(offer(phone, "bob", id)), Code::unreachable);
  const auto page = [&](const std::string& before) {
    const auto history = ask<CallHistory>([&](auto done) { calls.history({{"bob"}}, {before, 2}, std::move(done)); });
    std::string ids;
    for (const Call& call : history->calls) ids += call.id.value + " ";
    return std::pair(ids, history->next_cursor);
  };
  const auto [first, cursor] = page({});
  EXPECT_EQ(first, "c3 c2 ");
  EXPECT_EQ(page(cursor), std::pair(std::string("c1 "), std::string()));
}

// One of several nodes, which keeps the calls of all; what the store says of that is true.
class SharedCallsTest : public CallServiceTest {
 protected:
  SharedCallsTest() : CallServiceTest(CallSite::shared) { keep(), calls.restore(); }

  // This node begins to keep the calls, and goes on with those that there are when restore() is called.
  void keep() {
    auto taken = ask<std::vector<storage::UnendedCall>>([&](auto done) {
      world.store->write<std::vector<storage::UnendedCall>>(
          [](storage::Transaction& transaction) -> wire::Result<std::vector<storage::UnendedCall>, Failure> {
            wire::check(transaction.call_changes().keep("this", 5s).has_value(), "nobody else keeps calls");
            return transaction.call_changes().take_over();
          },
          std::move(done));
    });
    calls.adopt(*std::move(taken));
  }
  void take_away() { change("UPDATE call_keeper SET holder = 'another', node = 'another'"); }
  void give_back() { change("DELETE FROM call_keeper"); }
  void change(const std::string& sql) {
    world.send("ada", "g", "behind everything that nobody waits for");
    world.database.connect()->execute(sql);
  }
  // The last keeper is no more; `there`: the sockets of which the next one is told.
  void take_over(const std::vector<CallActor>& there) {
    calls.let_go();
    EXPECT_EQ(calls.live_calls(), 0u);
    EXPECT_EQ(engagements.size(), 0u);
    keep();
    for (const CallActor& socket : there) connect(socket);
    calls.restore();
    world.loop.run_posted();
  }
};

TEST_F(SharedCallsTest, F8_the_next_keeper_goes_on_with_a_call_and_those_who_are_there_hear_nothing_of_it) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  heard.take(), in_call.clear();
  take_over({phone, desk, tablet});
  EXPECT_THAT(heard.take(), IsEmpty());
  EXPECT_THAT(in_call, ElementsAre("ada does not talk", "bob does not talk", "ada talks", "bob talks"));
  pass(60s);
  EXPECT_THAT(ended, IsEmpty());
  EXPECT_EQ(refused(answer(tablet)), Code::conflict);
  EXPECT_EQ(refused(offer(laptop, "bob", "c2")), Code::busy);
  ASSERT_TRUE(finish(CallEvent::end, phone));
  ASSERT_TRUE(have_ended(2));
  EXPECT_EQ(ended[1].call.reason, EndReason::completed);
  EXPECT_EQ(engagements.size(), 0u);
  take_over({phone, desk});
  EXPECT_EQ(calls.live_calls(), 0u) << "what is over is over";
}

TEST_F(SharedCallsTest, F8_I9_who_was_on_the_node_that_died_has_his_time_to_come_back_and_no_more) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  heard.take();
  take_over({desk});
  EXPECT_THAT(heard.take(), ElementsAre("desk1 waits"));
  pass(29s);
  connect(on("ada", "phone", 2));
  EXPECT_THAT(heard.take(), ElementsAre("desk1 waits no more"));
  take_over({desk, on("ada", "phone", 3)});
  EXPECT_THAT(heard.take(), ElementsAre("desk1 waits", "desk1 waits no more")) << "he was quicker than the next keeper";
  take_over({on("ada", "phone", 3), on("bob", "desk", 2)});
  heard.take();
  disconnect(on("ada", "phone", 3));
  take_over({});
  pass(30s);
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::peer_lost);
  EXPECT_EQ(engagements.size(), 0u);
}

TEST_F(SharedCallsTest, F8_I9_a_ringing_call_rings_on_for_as_long_as_it_would_have_and_whoever_comes_sees_the_offer) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  heard.take();
  pass(20s);
  take_over({phone, desk});
  EXPECT_THAT(heard.take(), IsEmpty());
  connect(tablet);
  EXPECT_THAT(heard.take(), ElementsAre("tablet1 rings"));
  pass(24s);
  EXPECT_EQ(ended.size(), 0u);
  pass(1s);
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::missed);

  ASSERT_TRUE(offer(phone, "bob", "c2"));
  take_over({desk});
  pass(10s);
  ASSERT_TRUE(have_ended(2));
  EXPECT_EQ(ended[1].call.reason, EndReason::cancelled) << "the caller did not come back";
}

TEST_F(SharedCallsTest,
       F8_who_is_back_before_it_is_noticed_that_his_node_died_has_his_seat_again_but_no_other_window_does) {
  connect(phone), connect(desk);
  connect(on("bob", "desk", 2)); // another window
  pass(10s);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  heard.take();
  connect(on("bob", "desk", 3));
  calls.lose(desk);
  EXPECT_THAT(heard.take(), ElementsAre("phone1 waits", "phone1 waits no more"));
  calls.candidates(phone, {"c1"}, std::nullopt, {"p1"}, [](const auto&) {});
  EXPECT_THAT(heard.take(), ElementsAre("desk3 gets p1"));
  calls.lose(on("bob", "desk", 3));
  EXPECT_THAT(heard.take(), ElementsAre("phone1 waits"));
  pass(30s);
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::peer_lost);
}

TEST_F(SharedCallsTest, what_is_asked_before_it_is_known_who_is_there_waits_for_that) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  calls.let_go();
  keep();
  connect(phone), connect(desk);
  bool said = false;
  calls.candidates(desk, {"c1"}, std::nullopt, {"p1"}, [&](const auto& result) { said = result.has_value(); });
  heard.take();
  EXPECT_FALSE(said);
  calls.restore();
  EXPECT_TRUE(said);
  EXPECT_THAT(heard.take(), ElementsAre("phone1 gets p1"));
}

TEST_F(SharedCallsTest, F8_a_node_that_is_the_keeper_no_more_stores_nothing_and_tells_nobody_of_an_end) {
  connect(phone), connect(desk), connect(laptop);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  take_away();
  heard.take();
  EXPECT_EQ(refused(offer(laptop, "bob", "c2")), Code::unavailable) << "also of one who is busy here";
  EXPECT_EQ(refused(finish(CallEvent::end, desk)), Code::unavailable);
  EXPECT_THAT(heard.take(), IsEmpty());
  EXPECT_EQ(calls.live_calls(), 0u);
  EXPECT_THAT(ended, IsEmpty());
  give_back();
  take_over({phone, desk});
  ASSERT_TRUE(finish(CallEvent::end, phone)) << "nothing has become of it";

  ASSERT_TRUE(offer(phone, "bob", "c3"));
  take_away();
  heard.take();
  EXPECT_EQ(refused(answer(desk, "c3")), Code::unavailable);
  EXPECT_THAT(heard.take(), IsEmpty()) << "nobody takes a call for answered that the store has ringing";
}

TEST_F(SharedCallsTest, I9_of_two_calls_of_one_user_that_the_last_keeper_left_the_newer_goes_on_and_the_older_ends) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob", "newer"));
  change(
      "INSERT INTO calls (call_key, call_id, caller_key, callee_key, state, media, started_at, holder) "
      "SELECT -1, 'older', callee_key, caller_key, 0, media, started_at, holder FROM calls");
  take_over({phone, desk});
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.id.value, "older");
  EXPECT_EQ(calls.live_calls(), 1u);
  EXPECT_TRUE(finish(CallEvent::cancel, phone, "newer"));
}

TEST_F(SharedCallsTest, I9_an_end_that_the_last_keeper_told_and_could_not_store_is_stored_by_the_next_one) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  world.send("ada", "g", "behind the answer, which nobody waits for");
  calls.let_go();
  calls.learn_end({{"c1"}, {"ada"}, EndReason::completed, {world.clock.now().ms - 5}});
  take_over({phone, desk});
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::completed);
  EXPECT_EQ(ended[0].call.ended_at, UnixTime{world.clock.now().ms - 5});
  EXPECT_EQ(calls.live_calls(), 0u);
  EXPECT_TRUE(offer(phone, "bob", "c2")) << "and nobody is busy";

  ASSERT_TRUE(answer(desk, "c2"));
  calls.learn_end({{"c2"}, {"ada"}, EndReason::peer_lost, world.clock.now()});
  ASSERT_TRUE(have_ended(2)) << "also when it is said later";
  EXPECT_EQ(ended[1].call.reason, EndReason::peer_lost);
  EXPECT_EQ(calls.live_calls(), 0u);
}

TEST_F(SharedCallsTest, I9_an_end_that_could_not_be_stored_comes_too_late_when_another_node_has_ended_the_call) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  change("ALTER TABLE calls RENAME TO calls_away");
  EXPECT_EQ(refused(finish(CallEvent::cancel, phone)), Code::unavailable);
  calls.let_go();
  change("ALTER TABLE calls_away RENAME TO calls");
  change("UPDATE calls SET state = 3, reason = 1, ended_at = 5");
  keep();
  calls.restore();
  for (int i = 0; i < 20 && calls.live_calls() > 0; ++i) {
    pass(1s);
    static_cast<void>(world.list("ada"));
    world.loop.run_posted();
  }
  EXPECT_EQ(calls.live_calls(), 0u);
  EXPECT_THAT(ended, IsEmpty());
}

TEST_F(SharedCallsTest, F8_what_was_held_for_the_other_side_is_held_by_the_next_keeper_too) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  const auto say = [&](const CallActor& from, const std::string& what) {
    calls.candidates(from, {"c1"}, std::nullopt, {what}, [](const auto& said) { EXPECT_TRUE(said); });
  };
  say(phone, "p1"), say(phone, "p2"), say(desk, "d1");
  heard.take();
  take_over({phone, desk});
  say(phone, "p3");
  disconnect(phone);
  ASSERT_TRUE(answer(desk));
  EXPECT_THAT(heard.take(),
              ElementsAre("desk1 answered", "desk1 gets p1", "desk1 gets p2", "desk1 gets p3", "desk1 waits"));
  say(desk, "d2");
  take_over({desk, on("ada", "phone", 2)});
  EXPECT_THAT(heard.take(), ElementsAre("desk1 waits", "phone2 gets answer", "phone2 gets d1", "phone2 gets d2",
                                        "desk1 waits no more"));
  take_over({desk, on("ada", "phone", 2)});
  EXPECT_THAT(heard.take(), IsEmpty()) << "each once";
}

TEST_F(SharedCallsTest, I9_a_call_that_nobody_can_go_on_with_ends_when_it_is_taken_over) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  ASSERT_TRUE(answer(desk));
  change("DELETE FROM call_seats"); // as of a node that kept calls alone
  take_over({phone, desk});
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::failed);
  EXPECT_EQ(engagements.size(), 0u);
}

TEST_F(SharedCallsTest, I9_who_answers_and_is_gone_before_it_is_stored_leaves_nobody_alone) {
  connect(phone), connect(desk);
  ASSERT_TRUE(offer(phone, "bob"));
  bool answered = false;
  calls.answer(desk, {"c1"}, std::nullopt, "answer", [&](const auto& result) { answered = result.has_value(); });
  disconnect(desk);
  while (!answered) static_cast<void>(world.list("ada"));
  pass(30s);
  ASSERT_TRUE(have_ended(1));
  EXPECT_EQ(ended[0].call.reason, EndReason::peer_lost);
}

} // namespace
} // namespace mentara::services
