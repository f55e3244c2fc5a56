#include "mentara/connections/home.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "wire/base/log_scope.h"

namespace mentara::connections {
namespace {

TEST(Home, the_way_there_and_back_keeps_the_connection_that_lines_are_logged_for) {
  wire::net::Loop home_loop, loop(1);
  const Home home(home_loop);
  std::uint64_t there = 0, back = 0;
  {
    const wire::LogScope scope(7);
    auto done = home.answer_on<int>(loop, [&](wire::Result<int, Failure>) {
      back = wire::LogScope::connection();
      loop.stop();
    });
    home.run(loop, [&, done = std::move(done)]() mutable {
      there = wire::LogScope::connection();
      const wire::LogScope of_somebody_else(8);
      done(1);
      home_loop.stop();
    });
  }
  home_loop.run();
  loop.run();
  EXPECT_EQ(there, 7u);
  EXPECT_EQ(back, 7u);
  EXPECT_EQ(wire::LogScope::connection(), 0u);
}

TEST(Home, an_answer_that_stays_on_its_loop_keeps_it_as_well) {
  wire::net::Loop loop;
  const Home home(loop);
  std::uint64_t back = 0;
  Done<int> done;
  {
    const wire::LogScope scope(7);
    done = home.answer_on<int>(loop, [&](wire::Result<int, Failure>) { back = wire::LogScope::connection(); });
  }
  done(1);
  EXPECT_EQ(back, 7u);
}

} // namespace
} // namespace mentara::connections
