#include "wire/net/timing_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>

namespace wire::net {
namespace {

using testing::ElementsAre;

const TimePoint t0 = TimePoint{} + std::chrono::hours(5);
constexpr Duration tick = TimingWheel::tick;
constexpr Duration revolution = 4096 * tick;

struct TestTimer final : WheelTimer {
  explicit TestTimer(std::function<void()> f = {}) : action(std::move(f)) {}
  void on_timer(TimePoint now) override {
    ++fired;
    at = now;
    if (action) action();
  }
  std::function<void()> action;
  int fired = 0;
  TimePoint at;
};

// In steps of a millisecond, as a busy loop does it.
void walk(TimingWheel& wheel, TimePoint from, TimePoint to) {
  for (TimePoint now = from; now <= to; now += milliseconds(1)) wheel.advance(now);
}

TEST(TimingWheel, never_fires_early_and_at_most_a_tick_late) {
  for (int offset = 0; offset < 20; ++offset) {
    TimingWheel wheel(t0);
    TestTimer timer;
    const TimePoint deadline = t0 + milliseconds(100) + std::chrono::microseconds(offset * 397);
    wheel.arm(timer, deadline);
    walk(wheel, t0, t0 + milliseconds(200));
    ASSERT_EQ(timer.fired, 1);
    EXPECT_GE(timer.at, deadline);
    EXPECT_LE(timer.at, deadline + tick + milliseconds(1));
    EXPECT_FALSE(timer.armed());
  }
}

TEST(TimingWheel, fires_a_deadline_that_has_passed_at_the_next_tick) {
  TimingWheel wheel(t0);
  wheel.advance(t0 + seconds(1));
  TestTimer timer;
  wheel.arm(timer, t0);
  wheel.advance(t0 + seconds(1));
  EXPECT_EQ(timer.fired, 0) << "not inside the turn that armed it";
  wheel.advance(t0 + seconds(1) + tick);
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimingWheel, fires_all_that_is_due_after_a_long_sleep) {
  TimingWheel wheel(t0);
  TestTimer first, second, later;
  wheel.arm(first, t0 + tick);
  wheel.arm(second, t0 + seconds(10));
  wheel.arm(later, t0 + 5 * revolution);
  wheel.advance(t0 + 3 * revolution);
  EXPECT_EQ(first.fired, 1);
  EXPECT_EQ(second.fired, 1);
  EXPECT_EQ(later.fired, 0);
}

TEST(TimingWheel, waits_more_than_a_revolution) {
  TimingWheel wheel(t0);
  TestTimer timer;
  const TimePoint deadline = t0 + 2 * revolution + milliseconds(500);
  wheel.arm(timer, deadline);
  walk(wheel, t0, deadline - milliseconds(1));
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(deadline + tick);
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimingWheel, does_not_fire_what_was_cancelled) {
  TimingWheel wheel(t0);
  TestTimer timer;
  wheel.arm(timer, t0 + tick);
  EXPECT_TRUE(timer.armed());
  timer.cancel();
  timer.cancel();
  EXPECT_FALSE(timer.armed());
  wheel.advance(t0 + seconds(1));
  EXPECT_EQ(timer.fired, 0);
}

TEST(TimingWheel, moves_a_timer_that_is_armed_again) {
  TimingWheel wheel(t0);
  TestTimer timer;
  wheel.arm(timer, t0 + milliseconds(20));
  wheel.arm(timer, t0 + milliseconds(100));
  wheel.advance(t0 + milliseconds(60));
  EXPECT_EQ(timer.fired, 0);
  wheel.arm(timer, t0 + milliseconds(70));
  wheel.advance(t0 + milliseconds(80));
  EXPECT_EQ(timer.fired, 1);
  wheel.advance(t0 + seconds(1));
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimingWheel, lets_a_timer_arm_itself_again_while_it_fires) {
  TimingWheel wheel(t0);
  TestTimer timer;
  timer.action = [&] { wheel.arm(timer, timer.at + milliseconds(10)); };
  wheel.arm(timer, t0);
  walk(wheel, t0, t0 + milliseconds(100));
  EXPECT_GE(timer.fired, 7);
  EXPECT_LE(timer.fired, 10);
}

TEST(TimingWheel, lets_a_timer_that_fires_cancel_and_destroy_others_that_are_due) {
  TimingWheel wheel(t0);
  auto doomed = std::make_unique<TestTimer>();
  TestTimer cancelled;
  TestTimer first([&] {
    cancelled.cancel();
    doomed.reset();
  });
  wheel.arm(first, t0 + tick);
  wheel.arm(cancelled, t0 + tick);
  wheel.arm(*doomed, t0 + tick);
  wheel.advance(t0 + tick);
  EXPECT_EQ(first.fired, 1);
  EXPECT_EQ(cancelled.fired, 0);
  wheel.advance(t0 + 2 * revolution);
  EXPECT_EQ(cancelled.fired, 0);
}

TEST(TimingWheel, lets_a_timer_destroy_itself_while_it_fires) {
  TimingWheel wheel(t0);
  auto timer = std::make_unique<TestTimer>();
  timer->action = [&] { timer.reset(); };
  wheel.arm(*timer, t0 + tick);
  wheel.advance(t0 + seconds(1));
  EXPECT_EQ(timer, nullptr);
}

TEST(TimingWheel, forgets_a_timer_that_is_destroyed) {
  TimingWheel wheel(t0);
  {
    TestTimer timer;
    wheel.arm(timer, t0 + tick);
  }
  EXPECT_EQ(wheel.next_wake(), std::nullopt);
  wheel.advance(t0 + seconds(1));
}

TEST(TimingWheel, may_go_before_its_timers) {
  TestTimer timer;
  {
    TimingWheel wheel(t0);
    wheel.arm(timer, t0 + tick);
  }
  EXPECT_FALSE(timer.armed());
}

TEST(TimingWheel, says_when_it_must_be_called_again) {
  TimingWheel wheel(t0);
  EXPECT_EQ(wheel.next_wake(), std::nullopt);
  TestTimer near, far;
  wheel.arm(far, t0 + seconds(3));
  EXPECT_EQ(wheel.next_wake(), t0 + seconds(3));
  wheel.arm(near, t0 + milliseconds(8));
  EXPECT_EQ(wheel.next_wake(), t0 + milliseconds(8));
  near.cancel();
  EXPECT_EQ(wheel.next_wake(), t0 + seconds(3));
  wheel.advance(t0 + seconds(3));
  EXPECT_EQ(far.fired, 1);
  EXPECT_EQ(wheel.next_wake(), std::nullopt);
}

TEST(TimingWheel, may_wake_early_for_a_timer_of_a_later_revolution_but_never_late) {
  TimingWheel wheel(t0);
  TestTimer timer;
  const TimePoint deadline = t0 + 2 * revolution + seconds(1);
  wheel.arm(timer, deadline);
  int wakes = 0;
  TimePoint now = t0;
  while (timer.fired == 0) {
    const auto wake = wheel.next_wake();
    ASSERT_TRUE(wake);
    ASSERT_GT(*wake, now);
    now = *wake;
    wheel.advance(now);
    ASSERT_LE(++wakes, 3);
  }
  EXPECT_EQ(now, deadline);
}

TEST(TimingWheel, agrees_with_a_sorted_list_for_random_timers) {
  std::mt19937 random(1);
  TimingWheel wheel(t0);
  std::vector<std::unique_ptr<TestTimer>> timers;
  std::vector<TimePoint> deadlines;
  TimePoint now = t0;
  for (int step = 0; step < 3000; ++step) {
    now += milliseconds(random() % 50);
    wheel.advance(now);
    if (random() % 2 == 0) {
      timers.push_back(std::make_unique<TestTimer>());
      deadlines.push_back(now + milliseconds(random() % 40'000));
      wheel.arm(*timers.back(), deadlines.back());
    } else if (!timers.empty() && random() % 4 == 0) {
      const std::size_t i = random() % timers.size();
      if (timers[i]->armed()) {
        deadlines[i] = now + milliseconds(random() % 40'000);
        wheel.arm(*timers[i], deadlines[i]);
      }
    }
    for (std::size_t i = 0; i < timers.size(); ++i) {
      if (timers[i]->fired == 0) {
        ASSERT_GT(deadlines[i] + 2 * tick, now) << "step " << step;
      } else {
        ASSERT_EQ(timers[i]->fired, 1);
        ASSERT_GE(timers[i]->at, deadlines[i]);
      }
    }
  }
}

TEST(TimingWheel, counts_the_timers_that_wait_I10) {
  TimingWheel wheel(t0);
  TestTimer one, two;
  wheel.arm(one, t0 + seconds(1));
  wheel.arm(two, t0 + seconds(1) + revolution);
  EXPECT_EQ(wheel.armed_count(), 2u);
  wheel.arm(two, t0 + seconds(2));
  one.cancel();
  EXPECT_EQ(wheel.armed_count(), 1u);
  walk(wheel, t0, t0 + seconds(3));
  EXPECT_EQ(wheel.armed_count(), 0u);
}

} // namespace
} // namespace wire::net
