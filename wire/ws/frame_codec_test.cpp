#include "wire/ws/frame_codec.h"

#include <array>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "wire/ws/test_support.h"

namespace wire::ws {
namespace {

using namespace std::string_literals;

// Feeds ever longer beginnings of the sample: whoever asks for more must never change its mind later.
Result<FrameHeader, Error> parse_growing(std::string_view sample, Sender sender = Sender::client) {
  for (std::size_t size = 0; size <= sample.size(); ++size) {
    const std::string exact(sample.substr(0, size)); // its own allocation, so that a sanitizer sees a read beyond it
    const auto header = parse_frame_header(exact, sender);
    if (header || header.error() != Error::incomplete) {
      const auto whole = parse_frame_header(sample, sender);
      EXPECT_EQ(whole.has_value(), header.has_value());
      if (whole && header) {
        EXPECT_EQ(whole->payload_bytes, header->payload_bytes);
        EXPECT_EQ(header->header_bytes, size) << "a header is complete with its last byte";
      } else if (!whole && !header) {
        EXPECT_EQ(whole.error(), header.error());
      }
      return header;
    }
  }
  return Error::incomplete;
}

Error error_of(std::string_view sample, Sender sender = Sender::client) {
  const auto header = parse_growing(sample, sender);
  EXPECT_FALSE(header.has_value()) << testing::PrintToString(std::string(sample));
  return header ? Error::incomplete : header.error();
}

// RFC 6455 §5.7 gives these frames.
TEST(FrameCodec, reads_the_examples_of_the_rfc) {
  const auto hello = parse_growing("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->opcode, Opcode::text);
  EXPECT_TRUE(hello->fin);
  EXPECT_FALSE(hello->rsv1);
  EXPECT_EQ(hello->payload_bytes, 5u);
  EXPECT_EQ(hello->header_bytes, 6);
  std::string payload = "\x7f\x9f\x4d\x51\x58";
  unmask(payload, hello->masking_key);
  EXPECT_EQ(payload, "Hello");

  const auto unmasked = parse_growing("\x81\x05Hello", Sender::server);
  ASSERT_TRUE(unmasked);
  EXPECT_EQ(unmasked->header_bytes, 2);
  EXPECT_EQ(unmasked->masking_key, 0u);

  const auto first = parse_growing("\x01\x03Hel", Sender::server);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->fin);
  EXPECT_EQ(first->opcode, Opcode::text);

  const auto k256 = parse_growing("\x82\x7e\x01\x00"s, Sender::server);
  ASSERT_TRUE(k256);
  EXPECT_EQ(k256->payload_bytes, 256u);

  const auto k64 = parse_growing("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s, Sender::server);
  ASSERT_TRUE(k64);
  EXPECT_EQ(k64->payload_bytes, 65'536u);
}

TEST(FrameCodec, asks_for_more_of_a_header_that_goes_on) {
  for (const std::string& sample : {""s, "\x81"s, "\x81\xfe"s, "\x81\xfe\x01"s, "\x81\xfe\x01\x00"s,
                                    "\x81\x81\x01\x02\x03"s, "\x82\xff\x00\x00\x00\x00\x00\x01\x00"s}) {
    EXPECT_EQ(error_of(sample), Error::incomplete);
  }
}

TEST(FrameCodec, writes_what_it_reads_at_every_length_form) {
  for (std::size_t size : {0u, 1u, 125u, 126u, 127u, 255u, 65'535u, 65'536u, 1'000'000u}) {
    std::string server;
    append_frame_header(server, Opcode::binary, size, false, true);
    const auto read = parse_growing(server, Sender::server);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read->payload_bytes, size);
    EXPECT_EQ(read->opcode, Opcode::binary);
    EXPECT_FALSE(read->fin);
    EXPECT_TRUE(read->rsv1);

    const std::string payload(size, 'p');
    std::string client = test::frame(Opcode::text, payload);
    const auto masked = parse_frame_header(client);
    ASSERT_TRUE(masked) << size;
    EXPECT_EQ(client.size(), masked->header_bytes + size);
    unmask(std::span(client).subspan(masked->header_bytes), masked->masking_key);
    EXPECT_EQ(client.substr(masked->header_bytes), payload);
  }
}

TEST(FrameCodec, H6_refuses_a_client_that_does_not_mask_and_a_server_that_does) {
  EXPECT_EQ(error_of("\x81\x05Hello"), Error::unmasked_frame);
  EXPECT_EQ(error_of("\x81\x85"s, Sender::server), Error::masked_frame);
}

TEST(FrameCodec, H7_refuses_every_reserved_bit_and_opcode) {
  for (unsigned first = 0; first < 256; ++first) {
    const unsigned opcode = first & 0x0f;
    const bool reserved_opcode = (opcode >= 3 && opcode <= 7) || opcode >= 11;
    const bool control = opcode >= 8;
    const bool reserved_bits = (first & 0x30) || (control && (first & 0x40));
    const bool fragmented_control = control && !(first & 0x80);
    const auto header = parse_growing(std::string{static_cast<char>(first)} + "\x80\x01\x02\x03\x04"s);
    EXPECT_EQ(header.has_value(), !reserved_opcode && !reserved_bits && !fragmented_control) << first;
  }
  EXPECT_EQ(error_of("\x91\x80"s), Error::reserved_bits);
  EXPECT_EQ(error_of("\xc9\x80"s), Error::reserved_bits);
  EXPECT_EQ(error_of("\x83\x80"s), Error::reserved_opcode);
}

TEST(FrameCodec, H8_refuses_a_control_frame_that_is_fragmented_or_too_long) {
  EXPECT_EQ(error_of("\x09\x80"s), Error::fragmented_control_frame);
  EXPECT_EQ(error_of("\x89\xfe\x00\x7e"s), Error::control_frame_too_long);
  EXPECT_EQ(error_of("\x88\xff"s), Error::control_frame_too_long);
  EXPECT_TRUE(parse_growing(test::frame(Opcode::ping, std::string(125, 'p'))));
}

TEST(FrameCodec, H8_refuses_lengths_that_are_not_minimal_or_have_the_top_bit) {
  EXPECT_EQ(error_of("\x81\xfe\x00\x7d\x01\x02\x03\x04"s), Error::length_not_minimal);
  EXPECT_TRUE(parse_growing("\x81\xfe\x00\x7e\x01\x02\x03\x04"s));
  EXPECT_EQ(error_of("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff\x01\x02\x03\x04"s), Error::length_not_minimal);
  EXPECT_TRUE(parse_growing("\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00\x01\x02\x03\x04"s));
  EXPECT_EQ(error_of("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00"s), Error::length_out_of_range);
  EXPECT_TRUE(parse_growing("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"s));
}

TEST(FrameCodec, unmasks_right_at_every_size_and_offset_and_nothing_beside) {
  const std::array<unsigned char, 4> key_bytes{0x9c, 0x01, 0xfe, 0x57};
  std::uint32_t key;
  std::memcpy(&key, key_bytes.data(), 4);
  for (std::size_t size = 0; size <= 100; ++size) {
    for (std::size_t offset = 0; offset < 9; ++offset) {
      std::string buffer(size + 2, 'x');
      std::string expected = buffer;
      for (std::size_t i = 0; i < size; ++i) {
        expected[i + 1] = static_cast<char>(static_cast<unsigned char>(expected[i + 1]) ^ key_bytes[(offset + i) % 4]);
      }
      unmask(std::span(buffer).subspan(1, size), key, offset);
      ASSERT_EQ(buffer, expected) << size << " at " << offset;
    }
  }
}

TEST(FrameCodec, unmasking_in_pieces_is_unmasking_at_once) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::string whole(random() % 500, '\0');
    for (char& c : whole) c = static_cast<char>(random());
    const auto key = static_cast<std::uint32_t>(random());
    std::string pieces = whole;
    unmask(whole, key);
    for (std::size_t at = 0; at < pieces.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 40, pieces.size() - at);
      unmask(std::span(pieces).subspan(at, n), key, at);
      at += n;
    }
    ASSERT_EQ(pieces, whole);
  }
}

TEST(FrameCodec, H10_knows_the_close_codes_that_may_be_sent) {
  for (unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 1012u, 1013u, 1014u, 3000u,
                        3999u, 4000u, 4999u}) {
    EXPECT_TRUE(is_valid_close_code(static_cast<std::uint16_t>(code))) << code;
  }
  for (unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 2000u, 2999u, 5000u, 65'535u}) {
    EXPECT_FALSE(is_valid_close_code(static_cast<std::uint16_t>(code))) << code;
  }
}

} // namespace
} // namespace wire::ws
