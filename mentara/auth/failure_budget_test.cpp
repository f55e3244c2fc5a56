#include "mentara/auth/failure_budget.h"

#include <gtest/gtest.h>

namespace mentara::auth {
namespace {

using namespace std::chrono_literals;

const wire::TimePoint t0 = wire::TimePoint{} + 1h;

TEST(FailureBudget, lets_ten_failures_a_minute_pass_and_not_one_more_J10) {
  FailureBudget budget(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.failed("192.0.2.1", t0), std::nullopt) << i;
  const auto wait = budget.failed("192.0.2.1", t0);
  ASSERT_TRUE(wait);
  EXPECT_GE(*wait, 6s);
  EXPECT_LE(*wait, 6s + 10ms);
  EXPECT_EQ(budget.failed("192.0.2.2", t0), std::nullopt) << "another address is not concerned";
  EXPECT_EQ(budget.failed("192.0.2.1", t0 + *wait), std::nullopt) << "after that time it is allowed";
}

TEST(FailureBudget, makes_who_does_not_wait_wait_longer_up_to_a_minute_J10) {
  FailureBudget budget(10);
  for (int i = 0; i < 11; ++i) budget.failed("192.0.2.1", t0);
  const auto second = budget.failed("192.0.2.1", t0 + 1s), third = budget.failed("192.0.2.1", t0 + 2s);
  EXPECT_NEAR(static_cast<double>(second->count()), 12'000, 50);
  EXPECT_NEAR(static_cast<double>(third->count()), 24'000, 50);
  for (int i = 0; i < 10; ++i) budget.failed("192.0.2.1", t0 + 3s);
  EXPECT_EQ(budget.failed("192.0.2.1", t0 + 4s), 60s);
  EXPECT_EQ(budget.failed("192.0.2.1", t0 + 64s), std::nullopt) << "he waited";
}

TEST(FailureBudget, looks_at_the_tokens_of_others_behind_the_same_address_R2) {
  FailureBudget budget(10);
  EXPECT_EQ(budget.before_try("192.0.2.1", t0), std::nullopt);
  EXPECT_EQ(budget.addresses(), 0u) << "who does not fail is not remembered";
  for (int i = 0; i < 20; ++i) budget.failed("192.0.2.1", t0);
  for (int i = 0; i < limits::failing_tries_burst; ++i) ASSERT_EQ(budget.before_try("192.0.2.1", t0), std::nullopt);
  const auto wait = budget.before_try("192.0.2.1", t0);
  ASSERT_TRUE(wait) << "but looking at them has a limit, too";
  EXPECT_LE(*wait, 20ms);
  EXPECT_EQ(budget.before_try("192.0.2.2", t0), std::nullopt);
}

TEST(FailureBudget, remembers_no_more_addresses_than_it_may_R1) {
  FailureBudget budget(10, 160);
  for (int i = 0; i < 10'000; ++i) budget.failed(std::to_string(i), t0);
  EXPECT_LE(budget.addresses(), 160u);
}

TEST(FailureBudget, R3_counts_failures_on_all_nodes_together) {
  FailureBudget one(10), other(10);
  one.share();
  other.share();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(one.failed("192.0.2.1", t0), std::nullopt);
  for (const Taken& taken : one.collect()) other.take_elsewhere(taken.key, t0, taken.amount);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(other.failed("192.0.2.1", t0), std::nullopt) << i;
  EXPECT_TRUE(other.failed("192.0.2.1", t0)) << "the eleventh";
  for (const Taken& taken : other.collect()) one.take_elsewhere(taken.key, t0, taken.amount);
  EXPECT_TRUE(one.failed("192.0.2.1", t0)) << "there, too";
  EXPECT_TRUE(one.collect().empty()) << "what was refused is not told";
  EXPECT_EQ(one.failed("192.0.2.2", t0), std::nullopt);
}

} // namespace
} // namespace mentara::auth
