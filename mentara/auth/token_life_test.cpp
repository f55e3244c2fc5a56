#include "mentara/auth/token_life.h"

#include <gtest/gtest.h>

namespace mentara::auth {
namespace {

using namespace std::chrono_literals;
using Step = TokenLife::Step;

constexpr UnixTime wall{1'700'000'000'000};
const wire::TimePoint t0{};
UnixTime in(std::chrono::milliseconds left) { return {wall.ms + left.count()}; }

TEST(TokenLife, tells_a_minute_before_the_end_and_ends_after_the_grace) {
  TokenLife life;
  EXPECT_EQ(life.wake_at(), std::nullopt);
  life.begin(in(1h), wall, t0);
  EXPECT_EQ(life.wake_at(), t0 + 59min);
  EXPECT_EQ(life.on_tick(t0 + 59min - 1ms), Step::wait);
  EXPECT_EQ(life.on_tick(t0 + 59min), Step::expiring);
  EXPECT_EQ(life.on_tick(t0 + 59min), Step::wait) << "it is told once";
  EXPECT_EQ(life.wake_at(), t0 + 1h + 10s);
  EXPECT_EQ(life.on_tick(t0 + 1h + 10s - 1ms), Step::wait);
  EXPECT_EQ(life.on_tick(t0 + 1h + 10s), Step::expired);
  EXPECT_EQ(life.wake_at(), std::nullopt);
}

TEST(TokenLife, tells_at_once_when_less_is_left) {
  TokenLife life;
  life.begin(in(3s), wall, t0);
  EXPECT_EQ(life.on_tick(t0), Step::expiring);
  EXPECT_EQ(life.on_tick(t0 + 13s), Step::expired);
  life.begin(in(-2s), wall, t0 + 20s); // within the leeway of the clocks
  EXPECT_EQ(life.on_tick(t0 + 20s), Step::expiring);
  EXPECT_EQ(life.on_tick(t0 + 28s), Step::expired);
}

TEST(TokenLife, a_new_token_begins_anew_even_in_the_grace) {
  TokenLife life;
  life.begin(in(3s), wall, t0);
  life.on_tick(t0);
  life.begin({in(10min).ms + 5000}, {wall.ms + 5000}, t0 + 5s);
  EXPECT_EQ(life.on_tick(t0 + 13s), Step::wait);
  EXPECT_EQ(life.on_tick(t0 + 5s + 9min), Step::expiring);
}

TEST(TokenLife, a_token_until_the_end_of_time_is_only_waited_for) {
  TokenLife life;
  life.begin({253'402'300'799'000}, wall, t0);
  EXPECT_EQ(life.on_tick(t0 + 24h * 365), Step::wait);
}

} // namespace
} // namespace mentara::auth
