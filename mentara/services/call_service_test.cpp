#include "mentara/services/test_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits.h"

namespace mentara::services {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

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

} // namespace
} // namespace mentara::services
