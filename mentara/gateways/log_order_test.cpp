#include "mentara/gateways/log_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "mentara/limits.h"

namespace mentara::gateways {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

LogEvent at(storage::Position position) {
  auto event = std::make_shared<DurableEvent>();
  event->position = position;
  return {Channel::MESSAGING, std::move(event)};
}

std::vector<std::string> text(const std::vector<LogOrder::Step>& steps) {
  std::vector<std::string> out;
  for (const LogOrder::Step& step : steps) {
    out.push_back(step.event ? std::to_string(step.event->event->position) : "read to " + std::to_string(step.gap));
  }
  return out;
}

class LogOrderTest : public testing::Test {
 protected:
  LogOrderTest() { order.set_patience(200ms); }
  std::vector<std::string> event(storage::Position position) { return text(order.on_event(at(position), now)); }
  std::vector<std::string> after(wire::Duration time) {
    now += time;
    return text(order.on_time(now));
  }

  wire::TimePoint now{1h};
  LogOrder order{10};
};

TEST_F(LogOrderTest, tells_what_comes_in_order_at_once) {
  EXPECT_THAT(event(11), ElementsAre("11"));
  EXPECT_THAT(event(12), ElementsAre("12"));
  EXPECT_FALSE(order.wake_at());
}

TEST_F(LogOrderTest, a_doubled_one_is_told_once) {
  EXPECT_THAT(event(11), ElementsAre("11"));
  EXPECT_THAT(event(11), IsEmpty());
  EXPECT_THAT(event(13), IsEmpty());
  EXPECT_THAT(event(13), IsEmpty());
  EXPECT_THAT(event(12), ElementsAre("12", "13"));
}

TEST_F(LogOrderTest, one_that_is_ahead_of_its_turn_waits_for_those_before_it) {
  EXPECT_THAT(event(13), IsEmpty());
  EXPECT_THAT(event(12), IsEmpty());
  EXPECT_THAT(event(11), ElementsAre("11", "12", "13"));
  EXPECT_FALSE(order.wake_at());
  EXPECT_THAT(after(1h), IsEmpty());
}

TEST_F(LogOrderTest, one_that_never_comes_is_read_from_the_log_when_patience_ends) {
  EXPECT_THAT(event(12), IsEmpty());
  EXPECT_THAT(event(14), IsEmpty());
  EXPECT_EQ(order.wake_at(), now + 200ms);
  EXPECT_THAT(after(199ms), IsEmpty());
  EXPECT_THAT(after(1ms), ElementsAre("read to 11", "12", "read to 13", "14"));
  EXPECT_THAT(event(11), IsEmpty()) << "it comes too late: the log told it";
  EXPECT_THAT(event(15), ElementsAre("15"));
}

TEST_F(LogOrderTest, without_others_that_tell_a_gap_is_read_at_once) {
  order.set_patience(wire::Duration::zero());
  EXPECT_THAT(event(13), ElementsAre("read to 12", "13"));
}

TEST_F(LogOrderTest, what_the_log_has_and_nobody_told_is_read_a_moment_later) {
  order.on_growth(13, 50ms, now);
  EXPECT_THAT(event(11), ElementsAre("11"));
  EXPECT_THAT(after(50ms), ElementsAre("read to 13"));
  EXPECT_FALSE(order.wake_at());
}

TEST_F(LogOrderTest, what_the_log_has_is_not_read_when_it_was_told_meanwhile) {
  order.on_growth(12, 50ms, now);
  EXPECT_THAT(event(11), ElementsAre("11"));
  EXPECT_THAT(event(12), ElementsAre("12"));
  EXPECT_FALSE(order.wake_at());
  order.on_growth(12, 50ms, now);
  EXPECT_FALSE(order.wake_at()) << "it is old news";
}

TEST_F(LogOrderTest, holds_no_more_than_it_may) {
  for (std::size_t i = 0; i < limits::log_events_held_max; ++i) {
    EXPECT_THAT(event(12 + static_cast<storage::Position>(i)), IsEmpty());
  }
  EXPECT_EQ(order.held(), limits::log_events_held_max);
  const auto steps = event(12 + static_cast<storage::Position>(limits::log_events_held_max));
  EXPECT_EQ(steps.size(), limits::log_events_held_max + 2);
  EXPECT_EQ(steps.front(), "read to 11");
  EXPECT_EQ(order.held(), 0u);
}

// F6: whatever a bus does to what is told, each position is either told or read, in rising order and once.
TEST(LogOrderSeeds, F6_lost_doubled_and_reordered_news_change_nothing) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
    std::vector<storage::Position> arriving;
    for (storage::Position position = 1; position <= 60; ++position) {
      if (!chance(15)) arriving.push_back(position);
      if (chance(15)) arriving.push_back(position);
    }
    for (std::size_t i = 0; i + 1 < arriving.size(); ++i) {
      if (chance(40)) std::swap(arriving[i], arriving[std::min(arriving.size() - 1, i + 1 + random() % 5)]);
    }
    LogOrder order{0};
    order.set_patience(200ms);
    wire::TimePoint now{1h};
    storage::Position covered = 0;
    const auto look = [&](const std::vector<LogOrder::Step>& steps) {
      for (const LogOrder::Step& step : steps) {
        const storage::Position next = step.event ? step.event->event->position : step.gap;
        ASSERT_GT(next, covered) << "seed " << seed;
        ASSERT_TRUE(!step.event || next == covered + 1) << "seed " << seed;
        covered = next;
      }
    };
    for (const storage::Position position : arriving) {
      now += std::chrono::milliseconds(random() % 50);
      look(order.on_time(now));
      look(order.on_event(at(position), now));
      ASSERT_EQ(order.told(), covered);
    }
    order.on_growth(60, 50ms, now);
    look(order.on_time(now + 1s));
    EXPECT_EQ(covered, 60) << "seed " << seed;
    EXPECT_FALSE(order.wake_at());
  }
}

} // namespace
} // namespace mentara::gateways
