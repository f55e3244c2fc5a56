#include "mentara/auth/rate_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace mentara::auth {
namespace {

using namespace std::chrono_literals;

const wire::TimePoint t0{1'000'000s};

TEST(TokenBucket, R2_allows_a_burst_and_then_as_much_as_the_rate) {
  const Rate rate{.per_second = 2, .burst = 3};
  TokenBucket bucket;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(rate, t0)) << i;
  EXPECT_FALSE(bucket.take(rate, t0)) << "one more than the burst";
  EXPECT_FALSE(bucket.take(rate, t0 + 499ms));
  EXPECT_TRUE(bucket.take(rate, t0 + 500ms));
  EXPECT_FALSE(bucket.take(rate, t0 + 500ms)) << "what was refused cost nothing, and what was taken is gone";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(rate, t0 + 1h)) << "never more than the burst is saved";
  EXPECT_FALSE(bucket.take(rate, t0 + 1h));
}

TEST(TokenBucket, says_how_long_to_wait_and_then_it_is_there) {
  const Rate rate{.per_second = 3, .burst = 1};
  TokenBucket bucket;
  ASSERT_TRUE(bucket.take(rate, t0));
  ASSERT_FALSE(bucket.take(rate, t0));
  const auto wait = bucket.wait(rate);
  EXPECT_LE(wait, 335ms);
  EXPECT_TRUE(bucket.take(rate, t0 + wait));
}

TEST(TokenBucket, D3_what_is_dear_costs_more_and_what_costs_more_than_the_burst_can_still_be_had) {
  const Rate rate{.per_second = 1, .burst = 10};
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(rate, t0, 7));
  EXPECT_FALSE(bucket.take(rate, t0, 4));
  EXPECT_TRUE(bucket.take(rate, t0, 3));
  EXPECT_FALSE(bucket.take(rate, t0 + 9s, 100));
  EXPECT_TRUE(bucket.take(rate, t0 + 10s, 100));
}

TEST(TokenBucket, a_clock_that_stands_still_gives_nothing) {
  const Rate rate{.per_second = 1'000, .burst = 1};
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(rate, t0));
  EXPECT_FALSE(bucket.take(rate, t0 - 1h));
}

TEST(RateLimiter, R2_each_key_has_its_own_bucket) {
  RateLimiter limiter({.per_second = 1, .burst = 1});
  EXPECT_EQ(limiter.take("alice", t0), std::nullopt);
  EXPECT_TRUE(limiter.take("alice", t0));
  EXPECT_EQ(limiter.take("bob", t0), std::nullopt);
}

TEST(RateLimiter, R1_the_table_is_bounded_and_forgets_who_was_quiet_for_longest) {
  RateLimiter limiter({.per_second = 0.001, .burst = 1}, 1'600);
  for (int i = 0; i < 10'000; ++i) {
    limiter.take("user-" + std::to_string(i), t0);
    EXPECT_TRUE(limiter.take("user-" + std::to_string(i), t0)) << "who is busy is remembered";
    limiter.take("always", t0 + std::chrono::milliseconds(i));
  }
  EXPECT_LE(limiter.keys(), 1'600u);
  EXPECT_GE(limiter.keys(), 800u);
  EXPECT_TRUE(limiter.take("always", t0 + 10s)) << "many others did not empty its place";
  EXPECT_EQ(limiter.take("user-0", t0), std::nullopt);
}

TEST(TokenBucket, R3_what_was_taken_elsewhere_is_owed_up_to_another_burst) {
  const Rate rate{.per_second = 2, .burst = 4};
  TokenBucket bucket;
  bucket.take_elsewhere(rate, t0, 3);
  EXPECT_TRUE(bucket.take(rate, t0)) << "the fourth";
  EXPECT_FALSE(bucket.take(rate, t0)) << "the fifth";
  bucket.take_elsewhere(rate, t0, 2);
  EXPECT_FALSE(bucket.take(rate, t0 + 1499ms)) << "two are owed, and one has to be there";
  EXPECT_TRUE(bucket.take(rate, t0 + 1500ms));
  bucket.take_elsewhere(rate, t0 + 2s, 1e300);
  EXPECT_FALSE(bucket.take(rate, t0 + 2s));
  EXPECT_LE(bucket.wait(rate), 2501ms);
  EXPECT_TRUE(bucket.take(rate, t0 + 2s + 2500ms)) << "whoever says so cannot lock anybody out";
}

// What two nodes tell each other, at once.
void exchange(RateLimiter& one, RateLimiter& other, wire::TimePoint now) {
  const auto of_one = one.collect(), of_other = other.collect();
  for (const Taken& taken : of_one) other.take_elsewhere(taken.key, now, taken.amount);
  for (const Taken& taken : of_other) one.take_elsewhere(taken.key, now, taken.amount);
}

TEST(RateLimiter, R3_a_limit_of_two_nodes_allows_as_much_as_that_of_one) {
  const Rate rate{.per_second = 1, .burst = 10};
  RateLimiter one(rate), other(rate);
  one.share();
  other.share();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(one.take("alice", t0), std::nullopt) << i;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(other.take("alice", t0), std::nullopt) << i;
  exchange(one, other, t0);
  EXPECT_EQ(other.take("alice", t0), std::nullopt) << "the tenth";
  EXPECT_TRUE(other.take("alice", t0)) << "the eleventh";
  exchange(one, other, t0);
  EXPECT_TRUE(one.take("alice", t0)) << "there, too";
  EXPECT_EQ(one.take("bob", t0), std::nullopt);
  // The bucket fills for both together.
  EXPECT_EQ(one.take("alice", t0 + 1s), std::nullopt);
  exchange(one, other, t0 + 1s);
  EXPECT_TRUE(other.take("alice", t0 + 1s));
}

TEST(RateLimiter, R3_nobody_is_told_twice_and_not_of_who_takes_next_to_nothing) {
  RateLimiter limiter({.per_second = 20, .burst = 40});
  limiter.share();
  EXPECT_EQ(limiter.take("alice", t0), std::nullopt);
  EXPECT_TRUE(limiter.collect().empty()) << "one of forty";
  EXPECT_EQ(limiter.take("alice", t0), std::nullopt);
  const auto told = limiter.collect();
  ASSERT_EQ(told.size(), 1u) << "two are a twentieth";
  EXPECT_EQ(told[0].key, "alice");
  EXPECT_EQ(told[0].amount, 2);
  EXPECT_TRUE(limiter.collect().empty());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(limiter.take("bob", t0 + i * 2s), std::nullopt);
    EXPECT_TRUE(limiter.collect().empty()) << "his bucket was full again each time, here and elsewhere";
  }
}

TEST(RateLimiter, R3_what_was_refused_is_not_told) {
  RateLimiter limiter({.per_second = 1, .burst = 2});
  limiter.share();
  for (int i = 0; i < 10; ++i) limiter.take("alice", t0);
  const auto told = limiter.collect();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].amount, 2);
}

TEST(RateLimiter, R3_no_more_keys_are_told_at_a_time_than_may_be_and_the_others_when_they_go_on) {
  RateLimiter limiter({.per_second = 1, .burst = 2});
  limiter.share();
  const auto name = [](std::size_t i) { return "user-" + std::to_string(i); };
  for (std::size_t i = 0; i <= limits::shared_keys_max; ++i) limiter.take(name(i), t0);
  EXPECT_EQ(limiter.collect().size(), limits::shared_keys_max);
  limiter.take(name(limits::shared_keys_max), t0);
  const auto told = limiter.collect();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].amount, 2);
}

TEST(RateLimiter, that_is_not_shared_collects_nothing) {
  RateLimiter limiter({.per_second = 1, .burst = 2});
  limiter.take("alice", t0);
  limiter.take("alice", t0);
  EXPECT_TRUE(limiter.collect().empty());
}

TEST(RateLimiter, R3_counts_right_when_threads_take_and_others_tell) {
  RateLimiter limiter({.per_second = 0.001, .burst = 20'000});
  limiter.share();
  std::vector<std::thread> threads;
  std::atomic<bool> done = false;
  std::atomic<double> told = 0;
  const auto collect = [&] {
    for (const Taken& taken : limiter.collect()) told = told + taken.amount;
  };
  std::thread teller([&] {
    while (!done) {
      collect();
      limiter.take_elsewhere("bob", t0, 1);
    }
  });
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) limiter.take("alice", t0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  done = true;
  teller.join();
  collect();
  EXPECT_GE(told, 19'000) << "all but less than a twentieth";
  EXPECT_LE(told, 20'000);
}

} // namespace
} // namespace mentara::auth
