#include "wire/net/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "wire/net/test_support.h"

namespace wire::net {
namespace {

using test::run_until;
using testing::ElementsAre;

TEST(Loop, turns_at_the_time_that_it_is_given_and_says_when_it_has_something_to_do_next) {
  const TimePoint begin{std::chrono::hours(1)};
  Loop loop(0, {}, begin);
  EXPECT_EQ(loop.now(), begin);
  EXPECT_FALSE(loop.next_turn());
  std::vector<std::string> did;
  Timer timer(loop, [&] { did.push_back("timer"); });
  timer.arm(seconds(30));
  loop.post([&] { did.push_back("task at " + std::to_string((loop.now() - begin) / seconds(1))); });
  EXPECT_EQ(loop.next_turn(), begin);
  loop.turn_at(begin + seconds(2));
  EXPECT_EQ(did, std::vector<std::string>{"task at 2"});
  ASSERT_TRUE(loop.next_turn());
  for (auto next = loop.next_turn(); next; next = loop.next_turn()) loop.turn_at(*next);
  EXPECT_EQ(did.size(), 2u);
  EXPECT_GE(loop.now(), begin + seconds(30));
  EXPECT_LE(loop.now(), begin + seconds(30) + TimingWheel::tick);
}

TEST(Loop, runs_what_was_posted_in_order) {
  Loop loop;
  std::vector<int> ran;
  loop.post([&] { ran.push_back(1); });
  loop.post([&] {
    ran.push_back(2);
    loop.post([&] { ran.push_back(4); });
  });
  loop.post([&] { ran.push_back(3); });
  ASSERT_TRUE(run_until(loop, [&] { return ran.size() == 4; }));
  EXPECT_THAT(ran, ElementsAre(1, 2, 3, 4));
}

TEST(Loop, runs_what_other_threads_post_each_ones_tasks_in_order) {
  Loop loop;
  constexpr int threads = 4, tasks = 2000;
  std::vector<std::vector<int>> seen(threads);
  int count = 0;
  std::vector<std::thread> posters;
  for (int t = 0; t < threads; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < tasks; ++i) {
        loop.post([&, t, i] {
          seen[static_cast<std::size_t>(t)].push_back(i);
          ++count;
        });
      }
    });
  }
  EXPECT_TRUE(run_until(loop, [&] { return count == threads * tasks; }));
  for (std::thread& poster : posters) poster.join();
  for (const auto& sequence : seen) EXPECT_TRUE(std::is_sorted(sequence.begin(), sequence.end()));
}

TEST(Loop, is_woken_and_stopped_by_another_thread) {
  Loop loop;
  bool ran = false;
  std::thread other([&] {
    loop.post([&] { ran = true; });
    loop.stop();
  });
  loop.run();
  other.join();
  EXPECT_TRUE(ran) << "what was posted before stop() still runs";
}

TEST(Loop, can_run_again_after_it_was_stopped) {
  Loop loop;
  for (int round = 0; round < 3; ++round) {
    bool ran = false;
    loop.post([&] { ran = true; });
    loop.stop();
    loop.run();
    EXPECT_TRUE(ran);
  }
}

struct Hook final : TurnEnd {
  explicit Hook(std::function<void()> f) : action(std::move(f)) {}
  void on_turn_end() override { action(); }
  std::function<void()> action;
};

TEST(Loop, ends_a_turn_once_for_each_hook_however_often_it_was_asked) {
  Loop loop;
  int ends = 0;
  const auto hook = std::make_shared<Hook>([&] { ++ends; });
  loop.post([&] {
    loop.at_turn_end(hook);
    loop.at_turn_end(hook);
    EXPECT_EQ(ends, 0) << "not inside the turn";
  });
  test::run_turns(loop);
  EXPECT_EQ(ends, 1);
  loop.post([&] { loop.at_turn_end(hook); });
  test::run_turns(loop);
  EXPECT_EQ(ends, 2);
}

TEST(Loop, keeps_a_hook_alive_until_it_ran) {
  Loop loop;
  int ends = 0;
  loop.post([&] { loop.at_turn_end(std::make_shared<Hook>([&] { ++ends; })); });
  test::run_turns(loop);
  EXPECT_EQ(ends, 1);
}

TEST(Loop, lets_a_hook_ask_for_another_one_in_the_same_turn) {
  Loop loop;
  std::vector<int> order;
  const auto second = std::make_shared<Hook>([&] { order.push_back(2); });
  const auto first = std::make_shared<Hook>([&] {
    order.push_back(1);
    loop.at_turn_end(second);
    loop.post([&] { order.push_back(3); });
  });
  loop.post([&] { loop.at_turn_end(first); });
  test::run_turns(loop);
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(Loop, fires_its_timers) {
  Loop loop;
  const TimePoint begin = Clock::now();
  TimePoint fired;
  Timer timer(loop, [&] {
    fired = Clock::now();
    loop.stop();
  });
  loop.post([&] { timer.arm(milliseconds(10)); });
  loop.run();
  EXPECT_GE(fired - begin, milliseconds(10));
}

TEST(Loop, does_not_fire_a_timer_that_is_gone) {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop, [] { FAIL(); });
  Timer after(loop, [&] { loop.stop(); });
  loop.post([&] {
    timer->arm(milliseconds(4));
    after.arm(milliseconds(12));
    timer.reset();
  });
  loop.run();
}

TEST(Loop, drops_what_was_never_run) {
  const auto held = std::make_shared<int>();
  {
    Loop loop;
    loop.post([held] {});
  }
  EXPECT_EQ(held.use_count(), 1);
}

} // namespace
} // namespace wire::net
