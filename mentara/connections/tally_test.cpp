#include "mentara/connections/tally.h"

#include <gtest/gtest.h>

#include <string>

#include "mentara/contract/event_table.h"

namespace mentara::connections {
namespace {

using namespace std::chrono_literals;

TEST(Tally, knows_the_routes_of_rest_as_they_are_asked) {
  Tally tally;
  EXPECT_TRUE(tally.times().empty());
  tally.took("GET /messaging/conversations", 500us);
  tally.took("GET /messaging/conversations", 3s);
  tally.took("POST /auth/revoke", 1ms);
  ASSERT_EQ(tally.times().size(), 2u);
  const Tally::Times& times = tally.times().find("GET /messaging/conversations")->second;
  EXPECT_EQ(times.counts.front(), 1u);
  EXPECT_EQ(times.counts.back(), 1u);
  EXPECT_NEAR(times.seconds, 3.0005, 1e-9);
  EXPECT_EQ(tally.successes(), 0u) << "which answered() counts";
}

TEST(Tally, sorts_answers_by_event_and_by_the_time_that_they_took) {
  Tally tally;
  tally.expect(contract::messaging::client_event::all);
  tally.answered("message:send", 500us, std::nullopt);
  tally.answered("message:send", 501us, std::nullopt);
  tally.answered("message:send", 3s, Code::unavailable);
  const Tally::Times& times = tally.times().find("message:send")->second;
  EXPECT_EQ(times.counts.front(), 1u);
  EXPECT_EQ(times.counts[1], 1u);
  EXPECT_EQ(times.counts.back(), 1u);
  EXPECT_NEAR(times.seconds, 3.001001, 1e-9);
  EXPECT_EQ(tally.successes(), 2u);
  EXPECT_EQ(tally.failures()[static_cast<std::size_t>(Code::unavailable)], 1u);
}

TEST(Tally, gives_names_that_clients_make_up_one_place_together) {
  Tally tally;
  tally.expect(contract::messaging::client_event::all);
  const std::size_t known = tally.times().size();
  for (int i = 0; i < 1000; ++i) tally.answered("made-up-" + std::to_string(i), 1us, Code::unknown_event);
  EXPECT_EQ(tally.times().size(), known);
  EXPECT_EQ(tally.others().counts.front(), 1000u);
}

} // namespace
} // namespace mentara::connections
