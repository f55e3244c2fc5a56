#include "mentara/auth/rate_limiter.h"

#include <gtest/gtest.h>

#include <string>

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

} // namespace
} // namespace mentara::auth
