#include "mentara/cluster/gathering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace mentara::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const wire::TimePoint t0{1h};

struct GatheringTest : testing::Test {
  std::string ask(std::size_t own, std::vector<std::string> others, bool heard = true) {
    return gathering.begin(own, std::move(others), heard, t0 + 2s, [this](Gathering::Sum gathered) { sum = gathered; });
  }
  Gathering gathering;
  std::optional<Gathering::Sum> sum;
};

TEST_F(GatheringTest, adds_up_what_all_answer_and_is_over_with_the_last) {
  const std::string request = ask(1, {"a", "b"});
  gathering.on_answer(request, "a", 2);
  gathering.on_answer(request, "a", 2); // once more
  gathering.on_answer("another", "b", 9);
  gathering.on_answer(request, "stranger", 9);
  EXPECT_FALSE(sum);
  gathering.on_answer(request, "b", 3);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->number, 6u);
  EXPECT_THAT(sum->missing, IsEmpty());
  EXPECT_EQ(gathering.waiting(), 0u);
}

TEST_F(GatheringTest, F8_names_who_does_not_answer_in_time) {
  const std::string request = ask(1, {"b", "a", "c"});
  gathering.on_answer(request, "b", 2);
  EXPECT_EQ(gathering.next(), t0 + 2s);
  gathering.on_time(t0 + 1999ms);
  EXPECT_FALSE(sum);
  gathering.on_time(t0 + 2s);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->number, 3u);
  EXPECT_THAT(sum->missing, ElementsAre("a", "c"));
  sum.reset();
  gathering.on_answer(request, "a", 7);
  EXPECT_FALSE(sum) << "too late";
}

TEST_F(GatheringTest, F8_does_not_wait_for_a_node_that_is_no_more_and_names_it) {
  const std::string request = ask(0, {"a", "b"});
  gathering.on_node_lost("a");
  gathering.on_answer(request, "b", 1);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->number, 1u);
  EXPECT_THAT(sum->missing, ElementsAre("a"));
}

TEST_F(GatheringTest, F6_is_over_at_once_when_there_is_nobody_or_nobody_hears_it) {
  ask(4, {});
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->number, 4u);
  EXPECT_THAT(sum->missing, IsEmpty());
  ask(4, {"a"}, false);
  EXPECT_THAT(sum->missing, ElementsAre("a"));
  EXPECT_EQ(gathering.waiting(), 0u);
}

} // namespace
} // namespace mentara::cluster
