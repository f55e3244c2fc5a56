#include "mentara/events/event_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

namespace mentara::events {
namespace {

using testing::ElementsAre;

struct Rang {
  static constexpr std::string_view type = "Rang";
  int times = 0;
};
struct Closed {
  static constexpr std::string_view type = "Closed";
};

class EventBusTest : public testing::Test {
 protected:
  // One turn of the home loop.
  void run_turn() {
    std::deque<wire::UniqueFunction<void()>> turn;
    turn.swap(posted_);
    for (auto& function : turn) function();
  }

  std::deque<wire::UniqueFunction<void()>> posted_;
  Post post() {
    return [this](wire::UniqueFunction<void()> function) { posted_.push_back(std::move(function)); };
  }
  std::optional<EventBus> bus_{std::in_place, post(), 3};
  std::vector<int> heard_;
};

TEST_F(EventBusTest, never_runs_a_subscriber_in_the_publishers_stack) {
  bus_->subscribe<Rang>("ear", [&](const Rang& event) { heard_.push_back(event.times); });
  EXPECT_TRUE(bus_->publish(Rang{1}));
  EXPECT_THAT(heard_, ElementsAre());
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(1));
}

TEST_F(EventBusTest, keeps_the_order_of_publishing_in_one_turn) {
  bus_->subscribe<Rang>("ear", [&](const Rang& event) { heard_.push_back(event.times); });
  EXPECT_TRUE(bus_->publish(Rang{1}));
  EXPECT_TRUE(bus_->publish(Rang{2}));
  EXPECT_EQ(posted_.size(), 1u);
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(1, 2));
}

TEST_F(EventBusTest, brings_an_event_only_to_the_subscribers_of_its_type) {
  bus_->subscribe<Rang>("ear", [&](const Rang&) { heard_.push_back(1); });
  bus_->subscribe<Closed>("door", [&](const Closed&) { heard_.push_back(2); });
  EXPECT_TRUE(bus_->publish(Closed{}));
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(2));
}

TEST_F(EventBusTest, one_subscribers_failure_reaches_neither_the_others_nor_the_publisher) {
  bus_->subscribe<Rang>("broken", [](const Rang&) { throw std::runtime_error("no"); });
  bus_->subscribe<Rang>("odd", [](const Rang&) { throw 7; });
  bus_->subscribe<Rang>("ear", [&](const Rang& event) { heard_.push_back(event.times); });
  EXPECT_TRUE(bus_->publish(Rang{1}));
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(1));
  EXPECT_EQ(bus_->counters().failed, 2u);
}

TEST_F(EventBusTest, a_full_queue_refuses_and_counts_and_serves_again_when_drained) {
  bus_->subscribe<Rang>("ear", [&](const Rang& event) { heard_.push_back(event.times); });
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(bus_->publish(Rang{i}));
  EXPECT_FALSE(bus_->publish(Rang{4}));
  EXPECT_EQ(bus_->counters().refused, 1u);
  EXPECT_EQ(bus_->counters().published, 3u);
  run_turn();
  EXPECT_TRUE(bus_->publish(Rang{5}));
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(1, 2, 3, 5));
}

TEST_F(EventBusTest, what_a_subscriber_publishes_waits_for_the_next_turn) {
  bus_->subscribe<Rang>("echo", [&](const Rang& event) {
    heard_.push_back(event.times);
    if (event.times < 3) {
      EXPECT_TRUE(bus_->publish(Rang{event.times + 1}));
    }
  });
  EXPECT_TRUE(bus_->publish(Rang{1}));
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(1));
  run_turn();
  EXPECT_THAT(heard_, ElementsAre(1, 2));
}

TEST_F(EventBusTest, a_turn_that_comes_after_its_end_does_nothing) {
  bus_->subscribe<Rang>("ear", [&](const Rang& event) { heard_.push_back(event.times); });
  EXPECT_TRUE(bus_->publish(Rang{1}));
  bus_.reset();
  run_turn();
  EXPECT_THAT(heard_, ElementsAre());
}

} // namespace
} // namespace mentara::events
