#include "mentara/gateways/event_limits.h"

#include <gtest/gtest.h>

namespace mentara::gateways {
namespace {

using namespace std::chrono_literals;

const wire::TimePoint t0{1'000'000s};
const UserId alice{"alice"};

TEST(EventLimits, a_user_may_do_so_much_at_once_and_one_more_is_refused_with_the_time_to_wait) {
  EventLimits limits({.per_second = 50, .burst = 100}, {.per_second = 20, .burst = 40});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limits.take(alice, "typing:start", t0), std::nullopt) << i;
  const auto refused = limits.take(alice, "typing:start", t0);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Code::rate_limited);
  EXPECT_GT(*refused->retry_after_ms, 0);
  EXPECT_LE(*refused->retry_after_ms, 21);
  EXPECT_EQ(limits.take({"bob"}, "typing:start", t0), std::nullopt);
  EXPECT_EQ(limits.take(alice, "typing:start", t0 + std::chrono::milliseconds(*refused->retry_after_ms)), std::nullopt);
}

TEST(EventLimits, sending_has_a_limit_of_its_own) {
  EventLimits limits({.per_second = 50, .burst = 100}, {.per_second = 20, .burst = 40});
  for (int i = 0; i < 40; ++i) EXPECT_EQ(limits.take(alice, "message:send", t0), std::nullopt) << i;
  EXPECT_TRUE(limits.take(alice, "message:send", t0));
  EXPECT_EQ(limits.take(alice, "conversation:join", t0), std::nullopt) << "other events go on";
}

TEST(EventLimits, D3_searching_costs_more_and_receipts_cost_less) {
  EventLimits limits({.per_second = 50, .burst = 100}, {.per_second = 20, .burst = 40});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limits.take(alice, "message:search", t0), std::nullopt) << i;
  EXPECT_TRUE(limits.take(alice, "message:search", t0));
  for (int i = 0; i < 900; ++i) EXPECT_EQ(limits.take({"bob"}, "sync:ack", t0), std::nullopt) << i;
}

} // namespace
} // namespace mentara::gateways
