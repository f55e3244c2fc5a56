#include "wire/redis/reply_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace wire::redis {
namespace {

using namespace std::literals;

// Everything that the bytes hold, in a text of our own; "!" and the error at the end if there is one.
std::string spell(const Reply& reply) {
  switch (reply.type) {
    case ReplyType::nil:
      return "nil";
    case ReplyType::status:
      return "+" + reply.text;
    case ReplyType::error:
      return "-" + reply.text;
    case ReplyType::integer:
      return std::to_string(reply.integer);
    case ReplyType::string:
      return "'" + reply.text + "'";
    case ReplyType::array: {
      std::string text = "[";
      for (const Reply& element : reply.elements) text += (text.size() > 1 ? " " : "") + spell(element);
      return text + "]";
    }
  }
  return "?";
}
void take(ReplyParser& parser, std::string& out) {
  for (;;) {
    const auto next = parser.next();
    if (!next) {
      out += std::string("!") + describe(next.error());
      return;
    }
    if (!*next) return;
    out += spell(**next) + ";";
  }
}
std::string parse_whole(std::string_view bytes) {
  ReplyParser parser(1000);
  std::string out;
  parser.feed(bytes);
  take(parser, out);
  return out;
}
std::string parse_in_pieces(std::string_view bytes, std::size_t size) {
  ReplyParser parser(1000);
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    parser.feed(bytes.substr(0, size));
    take(parser, out);
    if (out.find('!') != std::string::npos) break;
  }
  return out;
}

TEST(RedisReplies, are_the_same_however_the_bytes_are_cut) {
  const std::string bytes =
      "+OK\r\n-ERR no\r\n:-7\r\n$5\r\na\r\n\0b\r\n$-1\r\n*3\r\n$1\r\nx\r\n*1\r\n:1\r\n*-1\r\n*0\r\n"s;
  const std::string expected = parse_whole(bytes);
  EXPECT_EQ(expected, "+OK;-ERR no;-7;'a\r\n\0b';nil;['x' [1] nil];[];"s);
  for (std::size_t size = 1; size < bytes.size(); ++size) EXPECT_EQ(parse_in_pieces(bytes, size), expected) << size;
}

TEST(RedisReplies, of_another_protocol_end_the_connection) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\n", "$abc\r\n", "*x\r\n", ":1a\r\n"}) {
    EXPECT_THAT(parse_whole(bytes), testing::StartsWith("!what came is not")) << bytes;
  }
}

// CVE-2021-32765: a count of elements whose size in bytes does not fit into a number.
TEST(RedisReplies, E17_with_a_count_beyond_memory_end_the_connection) {
  for (const char* bytes : {"*4294967295\r\n", "*9223372036854775807\r\n", "*-2\r\n", "$9223372036854775807\r\n"}) {
    const std::string parsed = parse_whole(bytes);
    EXPECT_TRUE(parsed.empty() || parsed.starts_with("!")) << bytes << " gave " << parsed;
  }
}

TEST(RedisReplies, E17_may_announce_so_many_elements_and_no_more_before_room_is_made_for_them) {
  std::string elements;
  for (int i = 0; i < 1024; ++i) elements += ":7\r\n";
  EXPECT_THAT(parse_whole("*1024\r\n" + elements + "*1024\r\n" + elements), testing::HasSubstr("];[7 7"));
  for (const char* bytes : {"*1025\r\n", "*2147483647\r\n", "*2\r\n*1023\r\n", "*1\r\n*1\r\n*1\r\n*1022\r\n"}) {
    EXPECT_THAT(parse_whole(bytes), testing::StartsWith("!")) << bytes;
  }
}

TEST(RedisReplies, may_be_as_long_as_the_limit_and_no_longer) {
  const std::string text(1000 - 10, 'x'); // with "$990\r\n" and the end below it
  EXPECT_EQ(parse_in_pieces("$990\r\n" + text + "\r\n", 100), "'" + text + "';");
  EXPECT_THAT(parse_in_pieces("$99999\r\n" + std::string(5000, 'x'), 100), testing::StartsWith("!a reply is too long"));
}

TEST(RedisCommands, hold_any_bytes) {
  std::string out;
  append_command(out, {"PUBLISH", "", "a\r\n\0"sv});
  EXPECT_EQ(out, "*3\r\n$7\r\nPUBLISH\r\n$0\r\n\r\n$4\r\na\r\n\0\r\n"s);
}

} // namespace
} // namespace wire::redis
