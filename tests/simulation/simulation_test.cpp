#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/log.h"

// The simulation itself: that it repeats itself, and that it notices what is wrong.
namespace mentara::simulation {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::StartsWith;

class SimulationTest : public testing::Test {
 protected:
  SimulationTest() {
    wire::set_log_level(wire::LogLevel::error), wire::set_log_sink([](auto, auto, auto) {});
  }

  static std::vector<std::string> broken_by(Lie lie) {
    std::vector<std::string> broken;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      for (std::string& one : simulate({.seed = seed, .lie = lie}).broken) broken.push_back(std::move(one));
    }
    return broken;
  }
};

TEST_F(SimulationTest, one_seed_has_one_history_to_the_byte) {
  const Outcome once = simulate({.seed = 7}), between = simulate({.seed = 8}), again = simulate({.seed = 7});
  EXPECT_EQ(once.digest, again.digest);
  EXPECT_EQ(once.lines, again.lines);
  EXPECT_NE(once.digest, between.digest);
}

TEST_F(SimulationTest, without_lies_all_promises_are_kept_and_much_happens) {
  const Outcome calm = simulate({.seed = 3, .faults = false});
  EXPECT_THAT(calm.broken, IsEmpty());
  EXPECT_GT(calm.rows, 150u);
  EXPECT_THAT(broken_by(Lie::none), IsEmpty());
}

TEST_F(SimulationTest, I1_a_store_that_loses_what_it_acknowledged_is_noticed) {
  EXPECT_THAT(broken_by(Lie::store_loses_commits), Contains(StartsWith("I1")));
}

TEST_F(SimulationTest, I1_news_between_nodes_that_bear_the_position_of_something_else_are_noticed) {
  EXPECT_THAT(broken_by(Lie::bus_moves_positions), Contains(StartsWith("I1")));
}

TEST_F(SimulationTest, I5_words_that_nobody_sent_are_noticed) {
  EXPECT_THAT(broken_by(Lie::bus_changes_texts), Contains(StartsWith("I5")));
}

} // namespace
} // namespace mentara::simulation
