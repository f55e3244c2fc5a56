#include "bench/load/event_frame.h"

#include <gtest/gtest.h>

#include "bench/load/frame.h"

namespace load {
namespace {

std::string framed(std::string_view packet) {
  std::string bytes;
  append_frame(bytes, Opcode::text, packet);
  return bytes;
}

TEST(EventFrame, without_a_mark_stays_as_it_is) {
  EventFrame frame(R"(420["echo","x"])");
  frame.set_number(7);
  EXPECT_EQ(frame.bytes(), framed(R"(420["echo","x"])"));
}

TEST(EventFrame, carries_its_number_in_ten_digits) {
  EventFrame frame(R"(42["broadcast","{{n}}xx"])");
  EXPECT_EQ(frame.bytes(), framed(R"(42["broadcast","0000000000xx"])"));
  frame.set_number(1234567890123);
  EXPECT_EQ(frame.bytes(), framed(R"(42["broadcast","4567890123xx"])"));
  frame.set_number(42);
  EXPECT_EQ(frame.bytes(), framed(R"(42["broadcast","0000000042xx"])"));
}

TEST(EventFrame, finds_its_number_behind_a_longer_header) {
  const std::string filling(1000, 'x');
  EventFrame frame("42[\"e\",\"{{n}}" + filling + "\"]");
  frame.set_number(5);
  EXPECT_EQ(frame.bytes(), framed("42[\"e\",\"0000000005" + filling + "\"]"));
}

TEST(EventFrame, number_is_read_back) {
  EXPECT_EQ(parse_number("0000000042xx99"), 42u);
  EXPECT_EQ(parse_number("9999999999"), 9'999'999'999u);
  EXPECT_EQ(parse_number(""), 0u);
}

} // namespace
} // namespace load
