#include "mentara/gateways/typing.h"

#include <gtest/gtest.h>

namespace mentara::gateways {
namespace {

using namespace std::chrono_literals;

const wire::TimePoint t0{};
const Typing::Typist alice{"s1", UserId{"alice"}, ConversationId{"c1"}, {}};
const Typing::Typist alice_elsewhere{"s1", UserId{"alice"}, ConversationId{"c2"}, {}};
const Typing::Typist bob{"s2", UserId{"bob"}, ConversationId{"c1"}, {}};

TEST(Typing, tells_the_others_at_the_start_and_at_the_stop) {
  Typing typing;
  EXPECT_TRUE(typing.start(alice, t0));
  EXPECT_TRUE(typing.stop(alice));
  EXPECT_FALSE(typing.stop(alice));
  typing.expire(t0 + 2s);
  EXPECT_TRUE(typing.empty());
}

TEST(Typing, says_nothing_about_a_stop_without_a_start) {
  Typing typing;
  EXPECT_FALSE(typing.stop(alice));
  typing.start(bob, t0);
  EXPECT_FALSE(typing.stop(alice)) << "somebody else's does not count";
}

TEST(Typing, relays_a_repeated_start_only_every_two_seconds) {
  Typing typing;
  typing.start(alice, t0);
  EXPECT_FALSE(typing.start(alice, t0 + 1999ms));
  EXPECT_TRUE(typing.start(alice, t0 + 2s));
  EXPECT_FALSE(typing.start(alice, t0 + 3s));
}

TEST(Typing, goes_on_without_asking_who_is_told_until_it_is_told_again) {
  Typing typing;
  EXPECT_FALSE(typing.go_on(alice, t0)) << "she has not begun";
  typing.start(alice, t0);
  EXPECT_TRUE(typing.go_on(alice, t0 + 1s));
  EXPECT_EQ(typing.next_expiry(), t0 + 6s);
  EXPECT_FALSE(typing.go_on(alice, t0 + 2s));
}

TEST(Typing, ends_for_those_to_whom_it_began) {
  Typing typing;
  Typing::Typist hidden = alice;
  hidden.hidden_from = {UserId{"bob"}};
  typing.start(hidden, t0);
  EXPECT_EQ(typing.stop(alice), hidden);
}

TEST(Typing, ends_by_itself_five_seconds_after_the_last_start) {
  Typing typing;
  typing.start(alice, t0);
  typing.start(alice, t0 + 3s);
  EXPECT_EQ(typing.next_expiry(), t0 + 8s);
  EXPECT_TRUE(typing.expire(t0 + 8s - 1ns).ended.empty());
  EXPECT_EQ(typing.expire(t0 + 8s).ended, std::vector{alice});
  EXPECT_EQ(typing.next_expiry(), std::nullopt);
}

TEST(Typing, E28_a_start_that_comes_too_early_is_told_when_it_still_holds) {
  Typing typing;
  EXPECT_TRUE(typing.start(alice, t0));
  EXPECT_TRUE(typing.stop(alice));
  EXPECT_FALSE(typing.start(alice, t0 + 100ms));
  EXPECT_EQ(typing.next_expiry(), t0 + 2s);
  EXPECT_TRUE(typing.expire(t0 + 2s - 1ns).began.empty());
  EXPECT_EQ(typing.expire(t0 + 2s).began, std::vector{alice});
  EXPECT_TRUE(typing.stop(alice));
  EXPECT_FALSE(typing.start(alice, t0 + 3s));
  EXPECT_FALSE(typing.stop(alice)) << "nobody was told that she began again";
  const auto news = typing.expire(t0 + 4s);
  EXPECT_TRUE(news.began.empty() && news.ended.empty());
  EXPECT_TRUE(typing.empty());
}

TEST(Typing, E28_flapping_is_told_once_in_two_seconds) {
  Typing typing;
  int told = 0;
  for (int ms = 0; ms < 10'000; ms += 20) { // as often as a user may say something
    const auto now = t0 + std::chrono::milliseconds(ms);
    const auto news = typing.expire(now);
    told += static_cast<int>(news.began.size() + news.ended.size());
    told += ms % 40 == 0 ? typing.start(alice, now) : typing.stop(alice).has_value();
  }
  EXPECT_LE(told, 10) << "a beginning and an end in each two seconds";
  EXPECT_GE(told, 8);
}

TEST(Typing, ends_everywhere_when_the_socket_leaves) {
  Typing typing;
  typing.start(alice, t0);
  typing.start(bob, t0);
  typing.start(alice_elsewhere, t0);
  EXPECT_EQ(typing.drop("s1"), (std::vector{alice, alice_elsewhere}));
  EXPECT_EQ(typing.next_expiry(), t0 + 5s) << "bob types on";
}

} // namespace
} // namespace mentara::gateways
