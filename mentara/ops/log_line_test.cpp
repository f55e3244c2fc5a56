#include "mentara/ops/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/json.h"
#include "wire/base/log_scope.h"
#include "wire/base/utf8.h"

namespace mentara::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LogLine, text_is_a_message_and_its_fields) {
  EXPECT_EQ(to_text_line("listening", {{"host", "127.0.0.1"}, {"port", 3001}, {"tls", false}, {"load", 0.5}}),
            "listening host=127.0.0.1 port=3001 tls=false load=0.5");
}

TEST(LogLine, json_is_a_message_and_its_fields_in_their_types) {
  EXPECT_EQ(to_json_members("listening", {{"host", "127.0.0.1"}, {"port", 3001}, {"tls", false}}),
            R"("message":"listening","host":"127.0.0.1","port":3001,"tls":false})");
}

TEST(LogLine, S2_a_value_cannot_pose_as_another_field) {
  EXPECT_EQ(to_text_line("joined", {{"name", "bob level=error"}, {"empty", ""}}),
            R"(joined name="bob level=error" empty="")");
  EXPECT_EQ(to_text_line("joined", {{"name", "a=b"}, {"quote", "\""}, {"slash", "\\"}}),
            R"(joined name="a=b" quote="\"" slash="\\")");
  EXPECT_EQ(to_json_members("joined", {{"name", R"(x","level":"error)"}}),
            R"("message":"joined","name":"x\",\"level\":\"error"})");
}

// CR, LF and NUL, ESC and the one-byte CSI of terminals, DEL, NEL, line separators, right-to-left override.
const std::string hostile[] = {
    "a\r\nerror forged", std::string("a\0b", 3), "\x1b[31mred",     "\xc2\x9b[31m",  "a\x7f",        "a\xc2\x85z",
    "a\xe2\x80\xa8z",    "a\xe2\x80\xa9z",       "\xe2\x80\xaetxt", "\xe2\x81\xa6x", "\xff\xfe\x80", "\xc2",
    "\xff\x1b[2J\n"};

TEST(LogLine, S2_a_value_stays_one_line_that_steers_no_terminal) {
  for (const std::string& value : hostile) {
    for (const std::string& line :
         {to_text_line("m", {{"v", value}}), to_text_line(value, {}), to_json_members("m", {{"v", value}})}) {
      EXPECT_TRUE(wire::is_utf8(line)) << line;
      for (std::size_t i = 0; i < line.size(); ++i) {
        const auto c = static_cast<unsigned char>(line[i]);
        EXPECT_TRUE(c >= 0x20 && c != 0x7f) << line;
        if (c == 0xc2) {
          EXPECT_GE(static_cast<unsigned char>(line[i + 1]), 0xa0) << line;
        }
      }
      EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xa8")));
      EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xae")));
      EXPECT_THAT(line, Not(HasSubstr("\xe2\x81\xa6")));
    }
  }
}

TEST(LogLine, S2_json_stays_json) {
  for (const std::string& value : hostile) {
    wire::JsonParser parser;
    const std::string line = "{" + to_json_members("m", {{"v", value}});
    const auto json = parser.parse(line);
    ASSERT_TRUE(json) << line;
    EXPECT_EQ(json->size(), 2u);
  }
}

TEST(LogLine, other_languages_are_left_as_they_are) {
  EXPECT_EQ(to_text_line("joined", {{"name", "Zoë 😀 日本"}}), "joined name=\"Zoë 😀 日本\"");
}

TEST(LogLine, S2_a_value_is_cut_between_characters) {
  const auto shown = [](std::size_t letters, std::string_view then) {
    std::string value(letters, 'a');
    value += then;
    const std::string json = to_json_members("m", {{"v", value}});
    const std::size_t begin = json.rfind(":\"") + 2;
    return json.substr(begin, json.size() - begin - 2);
  };
  const std::string whole(256, 'a');
  EXPECT_EQ(shown(256, ""), whole);
  EXPECT_EQ(shown(257, ""), whole + "...");
  EXPECT_EQ(shown(254, "é"), whole.substr(0, 254) + "é");
  EXPECT_EQ(shown(255, "é"), whole.substr(0, 255) + "...");
  EXPECT_LT(to_text_line("m", {{"v", std::string(1'000'000, '\xff')}}).size(), 1000u);
}

TEST(LogLine, S2_says_on_behalf_of_which_connection_it_is) {
  const wire::LogScope outer(35);
  EXPECT_EQ(to_text_line("m", {{"v", 1}}), "m v=1 connection=z");
  {
    const wire::LogScope inner(36);
    EXPECT_EQ(to_json_members("m", {}), R"("message":"m","connection":"10"})");
    const wire::LogScope none(0);
    EXPECT_EQ(to_text_line("m", {}), "m");
  }
  EXPECT_EQ(to_text_line("m", {}), "m connection=z");
}

} // namespace
} // namespace mentara::ops
