#include "mentara/services/test_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits.h"

namespace mentara::services {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

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
