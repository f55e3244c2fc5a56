#include "mentara/connections/presence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mentara::connections {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct PresenceTest : testing::Test {
  PresenceBoard::Now now() const {
    return {point, UnixTime{1'700'000'000'000 + (point - wire::TimePoint{}) / milliseconds(1)}};
  }
  std::vector<PresenceBoard::Change> pass(wire::Duration time = {}) {
    point += time;
    return board.on_time(now());
  }
  // What Bob's socket b is told in that time: "ada ONLINE".
  std::vector<PresenceStatus> told(wire::Duration time = {}) {
    std::vector<PresenceStatus> statuses;
    for (const auto& change : pass(time)) {
      if (!change.socket_ids.empty()) statuses.push_back(change.presence.status);
    }
    return statuses;
  }
  void watch() {
    ASSERT_TRUE(board.subscribe("b", bob, {ada}));
    board.load(ada, {}, std::nullopt);
    board.set_visible("b", ada, true);
  }
  void come(const std::string& socket = "a") {
    board.connected(ada, socket, now());
    board.load(ada, {}, std::nullopt);
  }
  void leave(const std::string& socket = "a") { board.disconnected(ada, socket, now()); }
  Presence seen() { return board.seen_by(bob, true, ada, now().time); }

  const UserId ada{"ada"}, bob{"bob"};
  wire::TimePoint point{seconds(1000)};
  PresenceBoard board{{.offline_after = seconds(10), .told_again_after = seconds(1)}};
};

TEST_F(PresenceTest, who_comes_is_seen_at_once_and_who_leaves_after_ten_seconds) {
  watch();
  EXPECT_THAT(told(), IsEmpty());
  come();
  EXPECT_THAT(told(), ElementsAre(PresenceStatus::ONLINE));
  const UnixTime left = now().time;
  leave();
  EXPECT_THAT(told(seconds(10) - milliseconds(1)), IsEmpty());
  EXPECT_EQ(seen().status, PresenceStatus::ONLINE);
  EXPECT_THAT(told(milliseconds(1)), ElementsAre(PresenceStatus::OFFLINE));
  EXPECT_EQ(seen().last_seen_at, left);
  EXPECT_THAT(board.take_gone(), ElementsAre(PresenceBoard::Seen{ada, left}));
}

TEST_F(PresenceTest, the_reload_of_a_page_is_no_absence) {
  watch();
  come("before");
  told();
  leave("before");
  told(seconds(9));
  come("after");
  EXPECT_THAT(told(seconds(60)), IsEmpty());
  EXPECT_EQ(seen().status, PresenceStatus::ONLINE);
}

TEST_F(PresenceTest, one_device_of_many_is_enough) {
  watch();
  come("phone");
  come("laptop");
  told();
  leave("phone");
  EXPECT_THAT(told(seconds(60)), IsEmpty());
  leave("laptop");
  EXPECT_THAT(told(seconds(60)), ElementsAre(PresenceStatus::OFFLINE));
}

TEST_F(PresenceTest, E28_going_back_and_forth_is_told_once_a_second_at_most) {
  watch();
  come();
  EXPECT_EQ(told().size(), 1u);
  std::size_t count = 0;
  for (int i = 0; i < 100; ++i) {
    board.set(ada, {i % 2 ? PresenceWish::BUSY : PresenceWish::AWAY}, now());
    count += told(milliseconds(100)).size();
  }
  EXPECT_LE(count, 10u);
  EXPECT_GE(count, 5u);
  EXPECT_THAT(board.next_time(now()), testing::AnyOf(std::nullopt, testing::Le(point + seconds(1))));
  told(seconds(1));
  EXPECT_EQ(seen().status, PresenceStatus::BUSY) << "the last word is heard";
}

TEST_F(PresenceTest, what_was_set_ends_by_itself) {
  watch();
  come();
  told();
  board.set(ada, {PresenceWish::BUSY, "lunch", UnixTime{now().time.ms + 60'000}}, now());
  EXPECT_THAT(told(seconds(1)), ElementsAre(PresenceStatus::BUSY));
  EXPECT_EQ(seen().text, "lunch");
  EXPECT_EQ(board.next_time(now()), point + seconds(59));
  EXPECT_THAT(told(seconds(59)), ElementsAre(PresenceStatus::ONLINE));
  EXPECT_EQ(seen().text, "");
}

TEST_F(PresenceTest, who_is_invisible_looks_offline_and_leaves_no_trace) {
  watch();
  come();
  told();
  const UnixTime hid = now().time;
  board.set(ada, {PresenceWish::INVISIBLE, "secret"}, now());
  EXPECT_THAT(told(seconds(1)), ElementsAre(PresenceStatus::OFFLINE));
  point += seconds(100);
  board.set_in_call(ada, true);
  EXPECT_THAT(told(seconds(1)), IsEmpty());
  EXPECT_EQ(seen(), (Presence{.user_id = ada, .last_seen_at = hid}));
  EXPECT_EQ(board.seen_by(ada, false, ada, now().time).status, PresenceStatus::INVISIBLE) << "to others only";
  board.set_in_call(ada, false);
  leave();
  EXPECT_THAT(told(seconds(60)), IsEmpty()) << "nobody hears that he left";
  EXPECT_EQ(seen().last_seen_at, hid);
}

TEST_F(PresenceTest, Z7_who_may_not_see_him_is_told_nothing_and_sees_nobody) {
  ASSERT_TRUE(board.subscribe("b", bob, {ada}));
  come();
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(board.seen_by(bob, false, ada, now().time), (Presence{.user_id = ada}));
  EXPECT_TRUE(board.set_visible("b", ada, true));
  EXPECT_FALSE(board.set_visible("b", ada, true));
  board.set(ada, {PresenceWish::AWAY}, now());
  EXPECT_THAT(told(seconds(1)), ElementsAre(PresenceStatus::AWAY));
}

TEST_F(PresenceTest, is_not_told_before_it_is_known_what_he_wants) {
  watch();
  PresenceBoard fresh{{}};
  ASSERT_TRUE(fresh.subscribe("b", bob, {ada}));
  fresh.set_visible("b", ada, true);
  fresh.connected(ada, "a", now());
  EXPECT_THAT(fresh.on_time(now()), IsEmpty());
  EXPECT_THAT(fresh.unloaded(), ElementsAre(ada));
  fresh.load(ada, {PresenceWish::INVISIBLE}, UnixTime{5});
  for (const auto& change : fresh.on_time(now())) EXPECT_THAT(change.socket_ids, IsEmpty());
  EXPECT_EQ(fresh.seen_by(bob, true, ada, now().time), (Presence{.user_id = ada, .last_seen_at = UnixTime{5}}));
}

TEST_F(PresenceTest, a_socket_watches_so_many_users_and_no_more) {
  std::vector<UserId> users;
  for (std::size_t i = 0; i < limits::presence_subscriptions_max; ++i) users.push_back({std::to_string(i)});
  EXPECT_TRUE(board.subscribe("b", bob, users));
  EXPECT_TRUE(board.subscribe("b", bob, {users[0]})) << "it does already";
  EXPECT_FALSE(board.subscribe("b", bob, {ada}));
  board.unsubscribe("b", {users[0]});
  EXPECT_TRUE(board.subscribe("b", bob, {ada}));
}

TEST_F(PresenceTest, finds_those_whom_a_change_of_membership_concerns) {
  const UserId eve{"eve"};
  ASSERT_TRUE(board.subscribe("b", bob, {ada, eve}));
  ASSERT_TRUE(board.subscribe("e", eve, {ada, bob}));
  using Watch = PresenceBoard::Watch;
  EXPECT_THAT(board.watches_between(bob, {ada, bob}), ElementsAre(Watch{"b", bob, ada}));
  EXPECT_THAT(board.watches_between(bob, {eve}), UnorderedElementsAre(Watch{"b", bob, eve}, Watch{"e", eve, bob}));
  EXPECT_THAT(board.watches_among({ada, eve}), ElementsAre(Watch{"e", eve, ada}));
}

TEST_F(PresenceTest, a_watch_outlives_its_socket_for_as_long_as_it_may_be_recovered) {
  watch();
  board.leave("b", point);
  come();
  EXPECT_THAT(told(limits::presence_recovery - milliseconds(1)), IsEmpty());
  EXPECT_TRUE(board.come_back("b"));
  board.set(ada, {PresenceWish::AWAY}, now());
  EXPECT_THAT(told(seconds(1)), ElementsAre(PresenceStatus::AWAY));
  board.leave("b", point);
  told(limits::presence_recovery);
  EXPECT_FALSE(board.come_back("b"));
}

TEST_F(PresenceTest, I10_keeps_nothing_of_those_who_are_gone) {
  watch();
  for (int i = 0; i < 100; ++i) {
    come("s" + std::to_string(i));
    told(seconds(2));
    leave("s" + std::to_string(i));
    told(seconds(11));
  }
  board.unsubscribe("b", {ada});
  come();
  leave();
  told(seconds(60));
  EXPECT_EQ(board.user_count(), 0u);
  EXPECT_EQ(board.watcher_count(), 0u);
  EXPECT_EQ(board.next_time(now()), std::nullopt);
}

} // namespace
} // namespace mentara::connections
