#include "bench/load/report.h"

#include <gtest/gtest.h>

#include "wire/base/json.h"

namespace load {
namespace {

Report measured() {
  Report report;
  report.seconds = 2;
  report.operations = 1000;
  report.generator_cpu_s = 0.004;
  report.server_cpu_s = 0.010;
  report.latency_ns.record(100'000);
  report.connections_held = 10;
  report.memory_before = Memory{1'000'000, 900'000};
  report.memory_opened = Memory{1'010'240, 920'480};
  return report;
}

TEST(Report, divides_by_operations_seconds_and_connections) {
  const std::string json = to_json(Options{}, measured());
  wire::JsonParser parser;
  const auto value = parser.parse(json);
  ASSERT_TRUE(value) << json;
  EXPECT_EQ(value->find("mode")->string(), "echo");
  EXPECT_EQ(value->find("operationsPerSecond")->number(), 500);
  EXPECT_DOUBLE_EQ(*value->find("serverCpuUsPerOperation")->number(), 10);
  EXPECT_DOUBLE_EQ(*value->find("generatorCpuUsPerOperation")->number(), 4);
  EXPECT_DOUBLE_EQ(*value->find("serverCores")->number(), 0.005);
  EXPECT_EQ(value->find("latencyUs")->find("max")->number(), 100);
  EXPECT_EQ(value->find("rssBytesPerConnection")->number(), 1024);
  EXPECT_EQ(value->find("pssBytesPerConnection")->number(), 2048);
}

TEST(Report, does_not_speak_of_a_server_that_was_not_watched) {
  Report report = measured();
  report.server_cpu_s.reset();
  report.memory_opened.reset();
  EXPECT_EQ(to_json(Options{}, report).find("server"), std::string::npos);
  EXPECT_EQ(to_text(Options{}, report).find("server"), std::string::npos);
}

TEST(Report, shows_the_first_failure) {
  Report report = measured();
  report.failures = 3;
  report.first_failure = R"([{"success":false}])";
  EXPECT_NE(to_text(Options{}, report).find(R"(3, the first: [{"success":false}])"), std::string::npos);
}

TEST(Report, says_so_when_memory_went_down) { EXPECT_DOUBLE_EQ(memory_per_connection(2048, 1024, 4), -256); }

} // namespace
} // namespace load
