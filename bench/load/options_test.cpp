#include "bench/load/options.h"

#include <gtest/gtest.h>

#include <fstream>

namespace load {
namespace {

std::variant<Options, int> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "mentara_load");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  auto parsed = parse_options(static_cast<int>(arguments.size()), arguments.data());
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return parsed;
}

Options accepted(std::vector<const char*> arguments) { return std::get<Options>(parse(std::move(arguments))); }
int refused(std::vector<const char*> arguments) { return std::get<int>(parse(std::move(arguments))); }

TEST(Options, of_an_echo_with_eight_in_flight) {
  const Options options = accepted({"echo", "--port", "4000", "--in-flight", "8", "--namespace", "messaging"});
  EXPECT_EQ(options.kind, Kind::echo);
  EXPECT_EQ(options.port, 4000);
  EXPECT_EQ(options.in_flight, 8u);
  EXPECT_EQ(options.nsp, "/messaging");
}

TEST(Options, of_any_event) {
  const Options options = accepted({"emit", "--event", "message:send", "--data", R"({"n":"{{n}}"})", "--auth", "{}"});
  EXPECT_EQ(options.event, "message:send");
  EXPECT_EQ(options.datas, std::vector<std::string>{R"({"n":"{{n}}"})"});
  EXPECT_EQ(options.auths, std::vector<std::string>{"{}"});
}

TEST(Options, take_a_token_a_line) {
  const std::string file_name = testing::TempDir() + "load_options_tokens.txt";
  std::ofstream(file_name) << "abc\r\n\n{\"token\":\"def\",\"deviceId\":\"d\"}\n";
  const Options options = accepted({"idle", "--token-file", file_name.c_str()});
  EXPECT_EQ(options.auths, (std::vector<std::string>{R"({"token":"abc"})", R"({"token":"def","deviceId":"d"})"}));
}

TEST(Options, that_make_no_sense_are_refused_with_exit_code_2) {
  EXPECT_EQ(refused({}), 2);
  EXPECT_EQ(refused({"sing"}), 2);
  EXPECT_EQ(refused({"echo", "--connections", "0"}), 2);
  EXPECT_EQ(refused({"echo", "--port", "70000"}), 2);
  EXPECT_EQ(refused({"echo", "--payload", "3"}), 2);
  EXPECT_EQ(refused({"echo", "--auth", "[]"}), 2);
  EXPECT_EQ(refused({"echo", "--event", "x"}), 2);
  EXPECT_EQ(refused({"fanout", "--rate", "5"}), 2);
  EXPECT_EQ(refused({"emit"}), 2);
  EXPECT_EQ(refused({"emit", "--event", "x", "--data", "{oops"}), 2);
  EXPECT_EQ(refused({"fanout", "--connections", "2", "--senders", "3"}), 2);
}

TEST(Options, help_is_not_an_error) { EXPECT_EQ(refused({"--help"}), 0); }

} // namespace
} // namespace load
