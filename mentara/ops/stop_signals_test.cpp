#include "mentara/ops/stop_signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <future>

namespace mentara::ops {
namespace {

using namespace std::chrono_literals;

TEST(StopSignals, each_of_the_two_signals_asks_to_stop) {
  block_stop_signals();
  for (int signal : {SIGTERM, SIGINT}) {
    std::promise<void> asked;
    StopSignals signals([&] { asked.set_value(); });
    ASSERT_EQ(kill(getpid(), signal), 0);
    EXPECT_EQ(asked.get_future().wait_for(10s), std::future_status::ready);
  }
}

TEST(StopSignals, a_signal_that_came_before_is_not_lost) {
  block_stop_signals();
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  std::promise<void> asked;
  StopSignals signals([&] { asked.set_value(); });
  EXPECT_EQ(asked.get_future().wait_for(10s), std::future_status::ready);
}

TEST(StopSignals, without_a_signal_it_ends_quietly) {
  block_stop_signals();
  std::atomic<int> calls = 0;
  {
    StopSignals signals([&] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

TEST(StopSignalsDeathTest, a_second_signal_ends_the_process_at_once) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        block_stop_signals();
        std::promise<void> asked;
        StopSignals signals([&] { asked.set_value(); });
        kill(getpid(), SIGTERM);
        asked.get_future().wait();
        kill(getpid(), SIGINT);
        for (;;) pause();
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

} // namespace
} // namespace mentara::ops
