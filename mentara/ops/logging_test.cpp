#include "mentara/ops/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "wire/base/json.h"

namespace mentara::ops {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class Logging : public testing::Test {
 protected:
  ~Logging() override {
    wire::set_log_sink(nullptr);
    wire::set_log_level(wire::LogLevel::info);
  }

  template <class F>
  std::string written(const LogConfig& config, F&& f) {
    testing::internal::CaptureStderr();
    start_logging(config);
    f();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Logging, text_is_one_line_with_time_and_level_and_without_colour_in_a_file) {
  const std::string line = written({}, [] { wire::log(wire::LogLevel::warn, "listening", {{"port", 3001}}); });
  EXPECT_THAT(line, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z warn listening port=3001\n"));
}

TEST_F(Logging, json_is_one_object_a_line) {
  const std::string lines = written({wire::LogLevel::info, LogFormat::json}, [] {
    wire::log(wire::LogLevel::error, "first", {{"port", 3001}, {"who", "a\nb {} {0} %v"}});
    wire::log(wire::LogLevel::info, "second");
  });
  const std::size_t end = lines.find('\n');
  ASSERT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  const std::string first = lines.substr(0, end);
  wire::JsonParser parser;
  const auto json = parser.parse(first);
  ASSERT_TRUE(json) << first;
  EXPECT_THAT(std::string(*json->find("time")->string()), MatchesRegex("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z"));
  EXPECT_EQ(json->find("level")->string(), "error");
  EXPECT_EQ(json->find("message")->string(), "first");
  EXPECT_EQ(json->find("port")->integer(), 3001);
  EXPECT_EQ(json->find("who")->string(), "a\nb {} {0} %v");
}

TEST_F(Logging, lines_below_the_level_are_not_written) {
  const std::string lines = written({wire::LogLevel::warn, LogFormat::text}, [] {
    wire::log(wire::LogLevel::info, "too quiet");
    wire::log(wire::LogLevel::warn, "loud enough");
  });
  EXPECT_THAT(lines, HasSubstr("loud enough"));
  EXPECT_THAT(lines, testing::Not(HasSubstr("too quiet")));
}

} // namespace
} // namespace mentara::ops
