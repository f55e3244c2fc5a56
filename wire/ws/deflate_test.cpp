#include "wire/ws/deflate.h"

#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "wire/ws/test_support.h"

namespace wire::ws {
namespace {

using namespace std::string_literals;
using test::failed;
using test::feed;
using test::frame;
using test::Lines;
using test::RecordingOutput;

constexpr std::size_t no_limit = 100'000'000;

constexpr DeflateParams without_context{.threshold = 0};
constexpr DeflateParams with_context{
    .server_no_context_takeover = false, .client_no_context_takeover = false, .threshold = 0};

// The payload of a whole frame that must be compressed.
std::string compressed(Deflate& deflate, std::string_view message) {
  std::string out;
  deflate.append_frame(out, Opcode::binary, message);
  const auto header = parse_frame_header(out, Sender::server);
  EXPECT_TRUE(header && header->rsv1 && header->fin);
  EXPECT_EQ(out.size(), header->header_bytes + header->payload_bytes);
  return out.substr(header->header_bytes);
}

std::string compressed(std::string_view message) {
  Deflate deflate(without_context);
  return compressed(deflate, message);
}

std::string noise(std::size_t size, std::mt19937& random) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

TEST(Deflate, compresses_a_message_for_many_once) {
  const std::string message(3000, 'x');
  std::string bytes;
  append_frame_header(bytes, Opcode::text, message.size());
  const auto plain = std::make_shared<const std::string>(bytes.append(message));
  const auto equal_but_another = std::make_shared<const std::string>(*plain);

  Deflate first(without_context), second(without_context);
  Deflate narrow({.server_max_window_bits = 9, .threshold = 0});
  Deflate remembering(with_context);
  Deflate patient({.threshold = 5000});
  const auto shared = first.shared_frame(plain, Opcode::text, message);
  EXPECT_LT(shared->size(), 100u);
  EXPECT_EQ(second.shared_frame(plain, Opcode::text, message), shared) << "the same bytes, not a copy";
  std::string alone;
  first.append_frame(alone, Opcode::text, message);
  EXPECT_EQ(*shared, alone);

  EXPECT_EQ(patient.shared_frame(plain, Opcode::text, message), plain) << "short enough to stay as it is";
  EXPECT_NE(first.shared_frame(equal_but_another, Opcode::text, message), shared);
  EXPECT_NE(narrow.shared_frame(plain, Opcode::text, message), shared);
  const auto with_memory = remembering.shared_frame(plain, Opcode::text, message);
  EXPECT_LT(remembering.shared_frame(plain, Opcode::text, message)->size(), with_memory->size());
}

// §7.2.3.1 to §7.2.3.6
TEST(Deflate, reads_the_examples_of_the_rfc) {
  for (const std::string& payload :
       {"\xf2\x48\xcd\xc9\xc9\x07\x00"s, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s,
        "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s}) {
    Deflate deflate(without_context);
    const auto message = deflate.inflate(payload, no_limit);
    ASSERT_TRUE(message);
    EXPECT_EQ(*message, "Hello");
  }
  Deflate deflate(with_context);
  EXPECT_EQ(*deflate.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, no_limit), "Hello");
  EXPECT_EQ(*deflate.inflate("\xf2\x00\x11\x00\x00"s, no_limit), "Hello") << "refers to the message before";
  EXPECT_EQ(*deflate.inflate("\x00"s, no_limit), "");
  EXPECT_EQ(compressed("Hello"), "\xf2\x48\xcd\xc9\xc9\x07\x00"s);
  EXPECT_EQ(compressed(""), "\x00"s);
}

TEST(Deflate, accepts_a_message_that_ends_with_its_final_block) {
  Deflate deflate(without_context);
  EXPECT_EQ(*deflate.inflate("\xf3\x48\xcd\xc9\xc9\x07\x00"s, no_limit), "Hello");
  EXPECT_EQ(*deflate.inflate("", no_limit), "");
}

TEST(Deflate, reads_what_it_wrote) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (bool no_context : {true, false}) {
    for (int bits = 9; bits <= 15; ++bits) {
      Deflate deflate({.server_no_context_takeover = no_context,
                       .client_no_context_takeover = no_context,
                       .server_max_window_bits = bits,
                       .client_max_window_bits = bits,
                       .threshold = 0});
      for (int round = 0; round < 30; ++round) {
        std::string message;
        const std::string word = noise(1 + random() % 50, random);
        for (auto n = random() % 200; n > 0; --n) message += random() % 3 == 0 ? noise(random() % 100, random) : word;
        const auto back = deflate.inflate(compressed(deflate, message), no_limit);
        ASSERT_TRUE(back);
        ASSERT_EQ(*back, message);
      }
      EXPECT_EQ(*deflate.inflate(compressed(deflate, ""), no_limit), "");
      EXPECT_EQ(*deflate.inflate(compressed(deflate, ""), no_limit), "") << "with nothing to flush";
    }
  }
}

TEST(Deflate, remembers_the_messages_before_only_with_context_takeover) {
  std::mt19937 random(1);
  const std::string message = noise(500, random);
  Deflate keeps(with_context), forgets(without_context);
  EXPECT_GT(compressed(keeps, message).size(), 500u);
  EXPECT_LT(compressed(keeps, message).size(), 50u);
  EXPECT_GT(compressed(forgets, message).size(), 500u);
  EXPECT_GT(compressed(forgets, message).size(), 500u);
}

TEST(Deflate, compresses_from_the_threshold_on) {
  Deflate deflate({.threshold = 10});
  std::string below, at;
  deflate.append_frame(below, Opcode::text, "123456789");
  deflate.append_frame(at, Opcode::text, "1234567890");
  EXPECT_EQ(below,
            "\x81\x09"
            "123456789");
  EXPECT_EQ(at[0], '\xc1');
}

TEST(Deflate, H12_stops_at_the_limit_and_not_one_byte_later) {
  std::mt19937 random(1);
  const std::string message = noise(1000, random);
  const std::string payload = compressed(message);
  Deflate deflate(without_context);
  EXPECT_EQ(*deflate.inflate(payload, 1000), message);
  EXPECT_EQ(deflate.inflate(payload, 999).error(), Error::message_too_big);
}

TEST(Deflate, H12_allows_64_KiB_or_a_hundredfold_whichever_is_more) {
  Deflate deflate(without_context);
  const std::string zeros(65'536, '\0');
  EXPECT_EQ(*deflate.inflate(compressed(zeros), no_limit), zeros);
  EXPECT_EQ(deflate.inflate(compressed(zeros + '\0'), no_limit).error(), Error::message_too_big);

  std::mt19937 random(1);
  std::string hundredfold = noise(2000, random);
  for (std::size_t size = 0; size != hundredfold.size();) {
    size = hundredfold.size();
    hundredfold.resize(100 * compressed(hundredfold).size(), '\0');
  }
  EXPECT_GT(hundredfold.size(), 200'000u);
  EXPECT_EQ(*deflate.inflate(compressed(hundredfold), no_limit), hundredfold);
  const std::string more = compressed(hundredfold + '\0');
  ASSERT_EQ(100 * more.size(), hundredfold.size()) << "the one more byte was not free";
  EXPECT_EQ(deflate.inflate(more, no_limit).error(), Error::message_too_big);
}

TEST(Deflate, H12_a_bomb_costs_no_more_than_the_limit) {
  const std::string bomb = compressed(std::string(16 * 1024 * 1024, '\0')); // 16 KiB
  EXPECT_LT(bomb.size(), 17'000u);
  Deflate deflate(without_context);
  const auto message = deflate.inflate(bomb, limits::ws_message_bytes_max);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error(), Error::message_too_big);
}

TEST(Deflate, H12_bounds_the_blocks_of_a_message) {
  const auto empty_blocks = [](std::size_t n) {
    std::string payload;
    for (std::size_t i = 0; i < n; ++i) payload += "\x00\x00\x00\xff\xff"s;
    return payload + "\x00"s;
  };
  const auto final_blocks = [](std::size_t n) {
    std::string payload;
    for (std::size_t i = 0; i < n; ++i) payload += "\x03\x00"s;
    return payload;
  };
  Deflate deflate(without_context);
  EXPECT_EQ(*deflate.inflate(empty_blocks(1000), no_limit), "");
  EXPECT_EQ(deflate.inflate(empty_blocks(2000), no_limit).error(), Error::message_too_big);
  EXPECT_EQ(*deflate.inflate(final_blocks(400), no_limit), "");
  EXPECT_EQ(deflate.inflate(final_blocks(2000), no_limit).error(), Error::message_too_big);
}

TEST(Deflate, refuses_what_is_not_deflate_or_is_cut_off) {
  std::mt19937 random(1);
  Deflate deflate(without_context);
  for (const std::string& payload : {"\x07"s, "\xff\xff\xff\xff"s, "\x00\x05\x00\xfa\xfe"s, "Hello"s}) {
    EXPECT_EQ(deflate.inflate(payload, no_limit).error(), Error::invalid_compressed_data);
  }
  for (const std::string& message : {"Hello, Hello, Hello, World"s, noise(300, random)}) {
    const std::string payload = compressed(message);
    for (std::size_t size = 2; size < payload.size(); ++size) {
      const auto cut = deflate.inflate(payload.substr(0, size), no_limit);
      if (cut) {
        EXPECT_EQ(*cut, message) << "only the empty block may be cut off";
      }
    }
  }
}

// The session's part: which frames may be compressed, and that the message is what counts.

std::unique_ptr<Deflate> some_deflate() { return std::make_unique<Deflate>(without_context); }

void expect_lines_with_deflate(const std::string& bytes, const Lines& expected, const SessionOptions& options = {}) {
  test::in_all_pieces(bytes, [&](const std::vector<std::string>& pieces) {
    RecordingOutput out;
    Session session(options, some_deflate());
    for (const std::string& piece : pieces) feed(session, piece, out);
    ASSERT_EQ(out.lines, expected) << pieces.size() << " pieces";
  });
}

TEST(WsSessionWithDeflate, restores_compressed_messages_between_others) {
  const std::string hello = compressed("Hello");
  expect_lines_with_deflate(frame(Opcode::text, hello, true, true) + frame(Opcode::text, "plain") +
                                frame(Opcode::binary, hello.substr(0, 3), false, true) + frame(Opcode::ping, "p") +
                                frame(Opcode::continuation, hello.substr(3, 2), false) +
                                frame(Opcode::continuation, hello.substr(5)) + frame(Opcode::text, "", true, true),
                            {"text: Hello", "text: plain", "pong: p", "binary: Hello", "text: "});
}

TEST(WsSessionWithDeflate, H7_allows_RSV1_only_where_a_message_begins) {
  const std::string hello = compressed("Hello");
  expect_lines_with_deflate(frame(Opcode::text, hello, false, true) + frame(Opcode::continuation, "", true, true),
                            failed(Error::reserved_bits));
  expect_lines_with_deflate(frame(Opcode::text, "a", false) + frame(Opcode::continuation, hello, true, true),
                            failed(Error::reserved_bits));
  expect_lines_with_deflate("\xc9\x80\x01\x02\x03\x04"s, failed(Error::reserved_bits));
}

TEST(WsSessionWithDeflate, H9_refuses_invalid_text_that_was_compressed) {
  const std::string wrong = compressed("caf\xc3");
  expect_lines_with_deflate(frame(Opcode::text, wrong, true, true), failed(Error::invalid_utf8));
  expect_lines_with_deflate(frame(Opcode::text, wrong, false, true) + frame(Opcode::continuation, ""),
                            failed(Error::invalid_utf8));
  expect_lines_with_deflate(frame(Opcode::binary, wrong, true, true), {"binary: caf\xc3"});
}

TEST(WsSessionWithDeflate, H12_holds_the_restored_message_to_the_limit) {
  const SessionOptions options{.message_bytes_max = 1000};
  const std::string fits(1000, 'x');
  expect_lines_with_deflate(frame(Opcode::text, compressed(fits), true, true), {"text: " + fits}, options);
  expect_lines_with_deflate(frame(Opcode::text, compressed(fits + "x"), true, true), failed(Error::message_too_big),
                            options);
}

TEST(WsSessionWithDeflate, fails_on_data_that_is_not_deflate) {
  expect_lines_with_deflate(frame(Opcode::text, "\x07", true, true) + frame(Opcode::text, "x"),
                            failed(Error::invalid_compressed_data));
}

} // namespace
} // namespace wire::ws
