// The cases of RFC 6455, grouped and numbered as the Autobahn test-suite does: 1 framing, 2 pings, 3 reserved bits,
// 4 opcodes, 5 fragmentation, 6 UTF-8, 7 closing, 9 limits, 10 chopped writes. Each runs in all pieces.
#include <gtest/gtest.h>

#include "wire/ws/test_support.h"

namespace wire::ws {
namespace {

using namespace std::string_literals;
using test::close_payload;
using test::expect_lines;
using test::failed;
using test::frame;
using test::Lines;

constexpr auto text = Opcode::text, binary = Opcode::binary, continuation = Opcode::continuation, ping = Opcode::ping,
               pong = Opcode::pong, close = Opcode::close;

// A frame whose first byte is given, for what frame() would never write.
std::string raw_frame(unsigned first_byte, std::string_view payload = "") {
  std::string out = frame(Opcode::binary, payload);
  out[0] = static_cast<char>(first_byte);
  return out;
}

const std::string bye = frame(close, close_payload(1000));
const Lines said_bye = {"close frame: 1000", "closed by peer: 1000"};

Lines then_bye(Lines lines) {
  lines.insert(lines.end(), said_bye.begin(), said_bye.end());
  return lines;
}

TEST(Rfc6455_1, messages_of_each_length_form_arrive) {
  for (std::size_t size : {0u, 1u, 125u, 126u, 127u, 128u, 65'535u, 65'536u}) {
    const std::string stars(size, '*'), bytes(size, '\xfe');
    expect_lines(frame(text, stars) + bye, then_bye({"text: " + stars}));
    expect_lines(frame(binary, bytes) + bye, then_bye({"binary: " + bytes}));
  }
}

TEST(Rfc6455_1, an_unmasked_frame_fails_H6) {
  expect_lines("\x81\x05Hello", failed(Error::unmasked_frame));
  expect_lines(frame(text, "a") + "\x81\x05Hello" + frame(text, "b"), failed(Error::unmasked_frame, {"text: a"}));
}

TEST(Rfc6455_2, pings_are_answered_with_their_payload) {
  expect_lines(frame(ping, "") + bye, then_bye({"pong: "}));
  expect_lines(frame(ping, "Hello, world!") + bye, then_bye({"pong: Hello, world!"}));
  const std::string binary_payload = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s;
  expect_lines(frame(ping, binary_payload) + bye, then_bye({"pong: " + binary_payload}));
  const std::string longest(125, '\xfe');
  expect_lines(frame(ping, longest) + bye, then_bye({"pong: " + longest}));
}

TEST(Rfc6455_2, a_ping_of_126_bytes_fails_H8) {
  expect_lines(frame(ping, std::string(126, 'p')) + bye, failed(Error::control_frame_too_long));
}

TEST(Rfc6455_2, unsolicited_pongs_are_ignored) {
  expect_lines(frame(pong, "") + frame(pong, "unsolicited") + frame(ping, "p") + bye, then_bye({"pong: p"}));
}

TEST(Rfc6455_2, ten_pings_get_ten_pongs_in_order) {
  std::string pings;
  Lines pongs;
  for (int i = 0; i < 10; ++i) {
    pings += frame(ping, "payload-" + std::to_string(i));
    pongs.push_back("pong: payload-" + std::to_string(i));
  }
  expect_lines(pings + bye, then_bye(pongs));
}

TEST(Rfc6455_3, reserved_bits_fail_H7) {
  for (unsigned bits : {0x10u, 0x20u, 0x30u, 0x40u, 0x50u, 0x60u, 0x70u}) {
    expect_lines(raw_frame(0x81 | bits, "x"), failed(Error::reserved_bits));
    expect_lines(frame(text, "ok") + raw_frame(0x82 | bits, std::string(200, 'x')) + frame(ping, ""),
                 failed(Error::reserved_bits, {"text: ok"}));
    expect_lines(raw_frame(0x89 | bits), failed(Error::reserved_bits));
    expect_lines(raw_frame(0x88 | bits), failed(Error::reserved_bits));
    expect_lines(frame(text, "a", false) + raw_frame(0x80 | bits, "b"), failed(Error::reserved_bits));
  }
}

TEST(Rfc6455_4, reserved_opcodes_fail_H7) {
  for (unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
    expect_lines(raw_frame(0x80 | opcode), failed(Error::reserved_opcode));
    expect_lines(raw_frame(0x80 | opcode, "payload"), failed(Error::reserved_opcode));
    expect_lines(frame(text, "ok") + raw_frame(0x80 | opcode, "x") + frame(ping, ""),
                 failed(Error::reserved_opcode, {"text: ok"}));
  }
}

TEST(Rfc6455_5, fragmented_control_frames_fail_H8) {
  expect_lines(frame(ping, "frag", false) + frame(continuation, "ment"), failed(Error::fragmented_control_frame));
  expect_lines(frame(pong, "frag", false) + frame(continuation, "ment"), failed(Error::fragmented_control_frame));
  expect_lines(frame(close, close_payload(1000), false), failed(Error::fragmented_control_frame));
}

TEST(Rfc6455_5, fragments_are_joined) {
  expect_lines(frame(text, "frag", false) + frame(continuation, "ment") + bye, then_bye({"text: fragment"}));
  expect_lines(frame(binary, "\xff", false) + frame(continuation, "\xfe\xfd") + bye,
               then_bye({"binary: \xff\xfe\xfd"}));
  expect_lines(frame(text, "", false) + frame(continuation, "", false) + frame(continuation, "") + bye,
               then_bye({"text: "}));
  expect_lines(frame(text, "", false) + frame(continuation, "middle", false) + frame(continuation, "") + bye,
               then_bye({"text: middle"}));
}

TEST(Rfc6455_5, control_frames_come_between_fragments) {
  expect_lines(frame(text, "fra", false) + frame(ping, "p1") + frame(continuation, "gme", false) + frame(ping, "p2") +
                   frame(pong, "x") + frame(continuation, "nt") + bye,
               then_bye({"pong: p1", "pong: p2", "text: fragment"}));
  expect_lines(frame(text, "half", false) + bye, said_bye);
}

TEST(Rfc6455_5, a_continuation_of_nothing_fails_H8) {
  const auto error = Error::unexpected_continuation;
  expect_lines(frame(continuation, "x"), failed(error));
  expect_lines(frame(continuation, "x", false), failed(error));
  expect_lines(frame(continuation, ""), failed(error));
  expect_lines(frame(text, "a") + frame(continuation, "b"), failed(error, {"text: a"}));
  expect_lines(frame(text, "a", false) + frame(continuation, "b") + frame(continuation, "c"),
               failed(error, {"text: ab"}));
}

TEST(Rfc6455_5, a_new_message_inside_a_fragmented_one_fails_H8) {
  expect_lines(frame(text, "a", false) + frame(text, "b"), failed(Error::expected_continuation));
  expect_lines(frame(text, "a", false) + frame(binary, "b", false), failed(Error::expected_continuation));
  expect_lines(frame(binary, "", false) + frame(binary, ""), failed(Error::expected_continuation));
}

TEST(Rfc6455_6, valid_text_passes_however_it_is_split_H9) {
  const std::string greek = "κόσμε", mixed = "Hello-µ@ßöäüàá-UTF-8!! 😀\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf";
  for (const std::string& sample : {greek, mixed, "\x00"s, "\x7f"s}) {
    expect_lines(frame(text, sample) + bye, then_bye({"text: " + sample}));
    for (std::size_t cut = 0; cut <= sample.size(); ++cut) {
      expect_lines(frame(text, sample.substr(0, cut), false) + frame(continuation, sample.substr(cut)) + bye,
                   then_bye({"text: " + sample}));
    }
    std::string bytes = frame(text, "", false);
    for (char c : sample) bytes += frame(continuation, {&c, 1}, false);
    expect_lines(bytes + frame(continuation, "") + bye, then_bye({"text: " + sample}));
  }
}

TEST(Rfc6455_6, invalid_text_fails_H9) {
  for (const std::string& wrong : {
           "\x80"s,
           "\xbf"s,
           "\xfe"s,
           "\xff"s,
           "\xc0\xaf"s,
           "\xc1\xbf"s,
           "\xe0\x80\xaf"s,
           "\xe0\x9f\xbf"s, // overlong
           "\xf0\x80\x80\xaf"s,
           "\xf0\x8f\xbf\xbf"s,
           "\xf8\x88\x80\x80\x80"s,
           "\xfc\x84\x80\x80\x80\x80"s, //
           "\xed\xa0\x80"s,
           "\xed\xbf\xbf"s,
           "\xed\xa0\x80\xed\xb0\x80"s, // surrogates
           "\xf4\x90\x80\x80"s,
           "\xf5\x80\x80\x80"s, // too high
           "\xc3"s,
           "\xe2\x82"s,
           "\xf0\x9f\x98"s, // cut off
           "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64"s,
       }) {
    expect_lines(frame(text, "before " + wrong) + bye, failed(Error::invalid_utf8));
    expect_lines(frame(text, wrong, false) + frame(continuation, " after") + bye, failed(Error::invalid_utf8));
    for (std::size_t cut = 0; cut <= wrong.size(); ++cut) {
      expect_lines(frame(text, wrong.substr(0, cut), false) + frame(continuation, wrong.substr(cut)) + bye,
                   failed(Error::invalid_utf8));
    }
    expect_lines(frame(binary, wrong) + bye, then_bye({"binary: " + wrong}));
  }
}

TEST(Rfc6455_6, invalid_text_fails_before_the_rest_of_it_arrives_H9) {
  const std::string valid = "κόσμε", wrong = "\xf4\x90\x80\x80";
  {
    SCOPED_TRACE("in a later fragment of an unfinished message");
    expect_lines(frame(text, valid, false) + frame(continuation, wrong, false), failed(Error::invalid_utf8));
  }
  {
    SCOPED_TRACE("in a frame of which two bytes of the wrong code point are here");
    const std::string bytes = frame(text, valid + wrong + "edited");
    expect_lines(bytes.substr(0, 6 + valid.size() + 2), failed(Error::invalid_utf8));
    expect_lines(bytes.substr(0, 6 + valid.size() + 1), {});
  }
}

TEST(Rfc6455_7, a_close_frame_is_echoed_and_ends_everything) {
  expect_lines(frame(text, "a") + bye + frame(text, "late") + frame(ping, "late") + bye, then_bye({"text: a"}));
  expect_lines(frame(close, ""), {"close frame:", "closed by peer: 1005"});
  expect_lines(frame(close, close_payload(1000, "Hello World!")),
               {"close frame: 1000", "closed by peer: 1000 Hello World!"});
  const std::string longest(123, '*');
  expect_lines(frame(close, close_payload(1000, longest)), {"close frame: 1000", "closed by peer: 1000 " + longest});
  expect_lines(frame(close, close_payload(1000, longest + "*")), failed(Error::control_frame_too_long));
}

TEST(Rfc6455_7, close_frames_of_one_byte_or_a_wrong_code_fail_H10) {
  expect_lines(frame(close, "\x03"), failed(Error::invalid_close_frame));
  for (unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 2000u, 2999u, 5000u, 65'535u}) {
    expect_lines(frame(close, close_payload(code)), failed(Error::invalid_close_frame));
    expect_lines(frame(close, close_payload(code, "reason")), failed(Error::invalid_close_frame));
  }
  for (unsigned code : {1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 1012u, 3000u, 3999u, 4000u, 4999u}) {
    expect_lines(frame(close, close_payload(code)),
                 {"close frame: " + std::to_string(code), "closed by peer: " + std::to_string(code)});
  }
}

TEST(Rfc6455_7, a_close_reason_that_is_no_text_fails_H9) {
  expect_lines(frame(close, close_payload(1000, "\xce\xba\xed\xa0\x80")), failed(Error::invalid_utf8));
  expect_lines(frame(close, close_payload(1000, "\xc3")), failed(Error::invalid_utf8));
}

TEST(Rfc6455_9, a_message_of_the_limit_arrives_and_one_more_byte_fails_H11) {
  const SessionOptions options{.message_bytes_max = 1000};
  const std::string fits(1000, 'x');
  expect_lines(frame(text, fits) + bye, then_bye({"text: " + fits}), options);
  expect_lines(frame(text, fits + "x"), failed(Error::message_too_big), options);
  expect_lines(frame(binary, fits.substr(1), false) + frame(continuation, "x") + bye, then_bye({"binary: " + fits}),
               options);
  expect_lines(frame(binary, fits, false) + frame(continuation, "x"), failed(Error::message_too_big), options);
}

TEST(Rfc6455_9, a_message_too_big_is_refused_at_its_header_H11) {
  const std::string bytes = frame(binary, std::string(1'000'001, 'x'));
  expect_lines(bytes.substr(0, 14), failed(Error::message_too_big));
  expect_lines("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"s, failed(Error::message_too_big));
}

TEST(Rfc6455_9, a_million_fragments_of_one_byte_are_one_message_H11) {
  std::string bytes = frame(text, "", false);
  const std::string fragment = frame(continuation, "x", false);
  for (int i = 0; i < 1'000'000; ++i) bytes += fragment;
  test::RecordingOutput out;
  const SessionOptions options;
  Session session(options);
  test::feed(session, bytes, out);
  EXPECT_EQ(out.lines, Lines{});
  test::feed(session, frame(continuation, ""), out);
  EXPECT_EQ(out.lines, Lines{"text: " + std::string(1'000'000, 'x')});
}

TEST(Rfc6455_10, a_message_in_fragments_of_1300_bytes_arrives) {
  const std::string message(65'536, 'a');
  std::string bytes;
  for (std::size_t at = 0; at < message.size(); at += 1300) {
    bytes += frame(at == 0 ? text : continuation, message.substr(at, 1300), at + 1300 >= message.size());
  }
  expect_lines(bytes + bye, then_bye({"text: " + message}));
}

} // namespace
} // namespace wire::ws
