#include "wire/base/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <future>

namespace wire {
namespace {

using namespace std::chrono_literals;

TEST(Signals, each_of_the_two_signals_asks_to_stop) {
  block_signals();
  for (int signal : {SIGTERM, SIGINT}) {
    std::promise<void> asked;
    const Signals signals({[&] { asked.set_value(); }, [] {}});
    ASSERT_EQ(kill(getpid(), signal), 0);
    EXPECT_EQ(asked.get_future().wait_for(10s), std::future_status::ready);
  }
}

TEST(Signals, a_signal_that_came_before_is_not_lost) {
  block_signals();
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  std::promise<void> asked;
  const Signals signals({[&] { asked.set_value(); }, [] {}});
  EXPECT_EQ(asked.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Signals, a_hangup_asks_to_read_again_each_time) {
  block_signals();
  std::promise<void> once, twice;
  int times = 0;
  const Signals signals(
      {[] { ADD_FAILURE() << "it is no reason to stop"; }, [&] { (++times == 1 ? once : twice).set_value(); }});
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  ASSERT_EQ(once.get_future().wait_for(10s), std::future_status::ready);
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  EXPECT_EQ(twice.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Signals, a_hangup_means_to_stop_when_nothing_can_be_read_again) {
  block_signals();
  std::promise<void> asked;
  const Signals signals({[&] { asked.set_value(); }});
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  EXPECT_EQ(asked.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Signals, without_a_signal_it_ends_quietly) {
  block_signals();
  std::atomic<int> calls = 0;
  {
    const Signals signals({[&] { ++calls; }, [] {}});
  }
  EXPECT_EQ(calls, 0);
}

TEST(SignalsDeathTest, a_second_signal_ends_the_process_at_once) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        block_signals();
        std::promise<void> asked;
        const Signals signals({[&] { asked.set_value(); }, [] {}});
        kill(getpid(), SIGTERM);
        asked.get_future().wait();
        kill(getpid(), SIGINT);
        for (;;) pause();
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

} // namespace
} // namespace wire
