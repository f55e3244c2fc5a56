#include "bench/load/process_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

namespace load {
namespace {

TEST(ProcessUsage, adds_user_and_system_time) {
  constexpr const char* stat =
      "4711 (node) S 1 4711 4711 0 -1 4194304 22846 0 12 0 1203 417 8 9 20 0 11 0 130432 1011871744 13998 1844 1 1 0";
  EXPECT_EQ(parse_cpu_ticks(stat), 1203u + 417u);
}

TEST(ProcessUsage, is_not_confused_by_the_name_of_the_program) {
  constexpr const char* stat = "7 (a) S (b c) 9) R 1 7 7 0 -1 0 0 0 0 0 30 4 0 0 20 0 1 0 5 6 7";
  EXPECT_EQ(parse_cpu_ticks(stat), 34u);
}

TEST(ProcessUsage, takes_nothing_from_a_text_that_is_too_short) {
  EXPECT_EQ(parse_cpu_ticks(""), std::nullopt);
  EXPECT_EQ(parse_cpu_ticks("7 (node) S 1 7"), std::nullopt);
  EXPECT_EQ(parse_memory("Rss: 5 kB"), std::nullopt);
}

TEST(ProcessUsage, reads_resident_and_proportional_memory) {
  constexpr const char* rollup =
      "558e2c7f2000-7ffd76bdd000 ---p 00000000 00:00 0                          [rollup]\n"
      "Rss:                1692 kB\n"
      "Pss:                 343 kB\n"
      "Pss_Dirty:           112 kB\n";
  const auto memory = parse_memory(rollup);
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->rss_bytes, 1692u * 1024);
  EXPECT_EQ(memory->pss_bytes, 343u * 1024);
}

TEST(ProcessUsage, reads_this_process) {
  const ServerProcess self(getpid());
  EXPECT_GT(self.memory().rss_bytes, 100'000u);
  EXPECT_LE(self.memory().pss_bytes, self.memory().rss_bytes);
}

TEST(ProcessUsage, refuses_a_process_that_does_not_exist) {
  constexpr int beyond_every_pid = 1 << 30;
  EXPECT_THROW(ServerProcess{beyond_every_pid}, std::runtime_error);
}

} // namespace
} // namespace load
