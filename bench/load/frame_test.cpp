#include "bench/load/frame.h"

#include <gtest/gtest.h>

namespace load {
namespace {

using namespace std::string_literals;

std::string server_frame(std::string_view payload) { // unmasked, as a server sends it
  std::string bytes = "\x81"s;
  if (payload.size() < 126) {
    bytes += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xffff) {
    bytes += {126, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size() & 0xff)};
  } else {
    bytes += "\x7f\0\0\0\0"s;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(payload.size() >> shift & 0xff);
  }
  return bytes.append(payload);
}

class FrameLength : public testing::TestWithParam<std::size_t> {};

TEST_P(FrameLength, is_read_back_and_ends_where_the_next_frame_begins) {
  const std::string payload(GetParam(), 'x');
  const std::string bytes = server_frame(payload);
  const std::string two = bytes + "\x81\x01z"s;
  const auto frame = parse_frame(two);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->opcode, Opcode::text);
  EXPECT_EQ(frame->payload, payload);
  EXPECT_EQ(frame->bytes, bytes.size());
  EXPECT_EQ(parse_frame(std::string_view(two).substr(frame->bytes))->payload, "z");
}

TEST_P(FrameLength, is_incomplete_until_the_last_byte_is_there) {
  const std::string bytes = server_frame(std::string(GetParam(), 'x'));
  const std::size_t step = std::max<std::size_t>(1, bytes.size() / 500);
  for (std::size_t cut = 0; cut < bytes.size(); cut += step) {
    const auto frame = parse_frame(std::string_view(bytes).substr(0, cut));
    ASSERT_FALSE(frame) << "cut at " << cut;
    EXPECT_EQ(frame.error(), FrameError::incomplete);
  }
}

TEST_P(FrameLength, is_written_masked_with_a_key_that_leaves_the_payload_readable) {
  const std::string payload(GetParam(), 'x');
  std::string bytes;
  append_frame(bytes, Opcode::text, payload);
  const std::size_t length_bytes = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
  ASSERT_EQ(bytes.size(), 2 + length_bytes + 4 + payload.size());
  EXPECT_EQ(bytes[0], '\x81');
  EXPECT_EQ(bytes[1] & 0x80, 0x80);
  EXPECT_EQ(bytes.substr(2 + length_bytes, 4), "\0\0\0\0"s);

  // Without mask bit and key it is the frame that a server would send.
  bytes[1] = static_cast<char>(bytes[1] & 0x7f);
  bytes.erase(2 + length_bytes, 4);
  EXPECT_EQ(bytes, server_frame(payload));
}

INSTANTIATE_TEST_SUITE_P(AtTheEdgesOfTheLengthForms, FrameLength,
                         testing::Values(0, 1, 125, 126, 127, 0xffff, 0x10000));

TEST(Frame, says_what_a_server_did_wrong) {
  EXPECT_EQ(parse_frame("\xa1\x00"s).error(), FrameError::reserved_bits);
  EXPECT_EQ(parse_frame("\x01\x00"s).error(), FrameError::fragmented);
  EXPECT_EQ(parse_frame("\x80\x00"s).error(), FrameError::fragmented);
  EXPECT_EQ(parse_frame("\x83\x00"s).error(), FrameError::unknown_opcode);
  EXPECT_EQ(parse_frame("\x8b\x00"s).error(), FrameError::unknown_opcode);
  EXPECT_EQ(parse_frame("\x81\x80\0\0\0\0"s).error(), FrameError::masked);
  EXPECT_EQ(parse_frame("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s).error(), FrameError::too_long);
}

TEST(Frame, knows_the_control_opcodes) {
  EXPECT_EQ(parse_frame("\x88\x02\x03\xe8"s)->opcode, Opcode::close);
  EXPECT_EQ(parse_frame("\x89\x00"s)->opcode, Opcode::ping);
  EXPECT_EQ(parse_frame("\x8a\x00"s)->opcode, Opcode::pong);
  EXPECT_EQ(parse_frame("\x82\x00"s)->opcode, Opcode::binary);
}

} // namespace
} // namespace load
