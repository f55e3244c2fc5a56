#include "wire/ws/session.h"

#include <random>

#include <gtest/gtest.h>

#include "wire/ws/test_support.h"

namespace wire::ws {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::failed;
using test::feed;
using test::frame;
using test::Lines;
using test::RecordingOutput;
using test::t0;

const SessionOptions defaults;

// Does something else with a text than to write it down.
template <class OnText>
struct ReactingOutput : RecordingOutput {
  OnText react;
  explicit ReactingOutput(OnText on_text) : react(on_text) {}
  void on_text(std::string_view text) override {
    RecordingOutput::on_text(text);
    react(text, *this);
  }
};

TEST(WsSession, hands_on_a_whole_message_from_where_it_was_read) {
  std::string buffer = frame(Opcode::text, "first") + frame(Opcode::ping, "") + frame(Opcode::text, "second");
  const char* const begin = buffer.data();
  std::vector<std::size_t> offsets;
  ReactingOutput out(
      [&](std::string_view text, SessionOutput&) { offsets.push_back(static_cast<std::size_t>(text.data() - begin)); });
  Session session(defaults);
  session.on_bytes(buffer, t0, out);
  EXPECT_EQ(out.lines, (Lines{"text: first", "pong: ", "text: second"}));
  EXPECT_EQ(offsets, (std::vector<std::size_t>{6, 6 + 5 + 6 + 6}));
}

TEST(WsSession, is_small_and_awaits_nothing_when_idle) {
  EXPECT_LE(sizeof(Session), 64u);
  RecordingOutput out;
  Session session(defaults);
  EXPECT_EQ(session.deadline(), TimePoint::max());
  const std::string hello = frame(Opcode::text, "hello");
  feed(session, hello.substr(0, 8), out);
  EXPECT_EQ(session.deadline(), t0 + 30s);
  feed(session, hello.substr(8), out);
  EXPECT_EQ(session.deadline(), TimePoint::max());
  session.on_tick(t0 + 24h, out);
  EXPECT_EQ(out.lines, Lines{"text: hello"});
}

TEST(WsSession, ends_the_handshake_that_the_application_began_when_the_peer_answers) {
  RecordingOutput out;
  Session session(defaults);
  session.close(CloseCode::going_away, "restart", t0, out);
  EXPECT_FALSE(session.is_open());
  EXPECT_EQ(out.lines, Lines{"close frame: 1001 restart"});
  feed(session, frame(Opcode::close, test::close_payload(1001)), out);
  EXPECT_EQ(out.lines, (Lines{"close frame: 1001 restart", "closed by application: 1001"}));
  EXPECT_EQ(session.deadline(), TimePoint::max());
}

TEST(WsSession, sends_one_close_frame_without_a_code_when_none_is_given) {
  RecordingOutput out;
  Session session(defaults);
  session.close(CloseCode::no_status, {}, t0, out);
  session.close(CloseCode::normal, "again", t0, out);
  EXPECT_EQ(out.lines, Lines{"close frame:"});
}

TEST(WsSession, H13_ends_by_itself_when_the_peer_does_not_answer_a_close_frame) {
  RecordingOutput out;
  Session session(defaults);
  session.close(CloseCode::normal, {}, t0, out);
  EXPECT_EQ(session.deadline(), t0 + 3s);
  session.on_tick(t0 + 3s - 1ns, out);
  EXPECT_EQ(out.lines, Lines{"close frame: 1000"});
  session.on_tick(t0 + 3s, out);
  session.on_tick(t0 + 4s, out);
  EXPECT_EQ(out.lines, (Lines{"close frame: 1000", "closed by application: 1000"}));
}

TEST(WsSession, H13_reads_past_data_after_its_close_frame_to_the_peers) {
  const std::string late = frame(Opcode::text, "late") + frame(Opcode::binary, std::string(100'000, 'x'), false) +
                           frame(Opcode::text, "\xff") + frame(Opcode::ping, "late") + frame(Opcode::close, "");
  test::in_all_pieces(late, [](const std::vector<std::string>& pieces) {
    RecordingOutput out;
    Session session(defaults);
    feed(session, frame(Opcode::text, "half", false), out);
    session.close(CloseCode::normal, {}, t0, out);
    for (const std::string& piece : pieces) feed(session, piece, out);
    ASSERT_EQ(out.lines, (Lines{"close frame: 1000", "closed by application: 1000"}));
  });
}

TEST(WsSession, ignores_what_follows_in_the_read_when_the_handler_closes) {
  Session session(defaults);
  ReactingOutput out([&](std::string_view, SessionOutput& to) { session.close(CloseCode::no_status, {}, t0, to); });
  feed(session,
       frame(Opcode::ping, "p") + frame(Opcode::text, "one") + frame(Opcode::text, "two") + frame(Opcode::ping, "q"),
       out);
  EXPECT_EQ(out.lines, (Lines{"pong: p", "text: one", "close frame:"}));
  feed(session, frame(Opcode::text, "three"), out);
  EXPECT_EQ(out.lines, (Lines{"pong: p", "text: one", "close frame:"}));
}

TEST(WsSession, lets_the_handler_of_an_assembled_message_close) {
  Session session(defaults);
  ReactingOutput out([&](std::string_view, SessionOutput& to) { session.close(CloseCode::normal, {}, t0, to); });
  feed(session, frame(Opcode::text, "a", false), out);
  feed(session, frame(Opcode::continuation, "b") + frame(Opcode::text, "c") + frame(Opcode::close, ""), out);
  EXPECT_EQ(out.lines, (Lines{"text: ab", "close frame: 1000", "closed by application: 1000"}));
}

TEST(WsSession, says_nothing_more_after_it_has_failed) {
  RecordingOutput out;
  Session session(defaults);
  feed(session, "\xff\xff" + frame(Opcode::text, "x"), out);
  const Lines told = failed(Error::reserved_bits);
  EXPECT_EQ(out.lines, told);
  feed(session, frame(Opcode::text, "x") + frame(Opcode::close, ""), out);
  session.close(CloseCode::normal, {}, t0, out);
  session.on_tick(t0 + 1h, out);
  EXPECT_EQ(out.lines, told);
  EXPECT_FALSE(session.is_open());
}

TEST(WsSession, H14_tells_the_peer_a_code_and_never_its_own_input) {
  RecordingOutput out;
  Session session(defaults);
  feed(session, frame(Opcode::close, test::close_payload(4000, "<script>")), out);
  EXPECT_EQ(out.lines[0], "close frame: 4000");
}

TEST(WsSession, H11_gives_up_on_a_message_that_takes_too_long_whatever_comes_meanwhile) {
  RecordingOutput out;
  Session session(defaults);
  feed(session, frame(Opcode::text, "never", false), out, t0);
  for (auto at = t0; at < t0 + 30s; at += 1s) {
    feed(session, frame(Opcode::continuation, "x", false) + frame(Opcode::ping, ""), out, at);
    session.on_tick(at, out);
  }
  out.lines.clear();
  session.on_tick(t0 + 30s - 1ns, out);
  EXPECT_EQ(out.lines, Lines{});
  session.on_tick(t0 + 30s, out);
  EXPECT_EQ(out.lines, failed(Error::message_timeout));
}

TEST(WsSession, H11_counts_the_time_of_each_message_from_its_own_first_byte) {
  RecordingOutput out;
  Session session(defaults);
  feed(session, frame(Opcode::text, "a", false), out, t0);
  feed(session, frame(Opcode::continuation, "b") + frame(Opcode::text, "c", false), out, t0 + 20s);
  EXPECT_EQ(session.deadline(), t0 + 50s);
  feed(session, frame(Opcode::continuation, "d") + "\x81", out, t0 + 40s);
  EXPECT_EQ(session.deadline(), t0 + 70s) << "a header that goes on is a message too";
  session.on_tick(t0 + 70s, out);
  EXPECT_EQ(out.lines, failed(Error::message_timeout, {"text: ab", "text: cd"}));
}

TEST(WsSession, H13_answers_only_the_last_ping_of_a_read_that_is_full_of_them) {
  const SessionOptions options{.control_frames_max = 1000};
  RecordingOutput out;
  Session session(options);
  std::string pings;
  Lines expected;
  for (unsigned i = 0; i < 500; ++i) {
    pings += frame(Opcode::ping, std::to_string(i));
    if (i < limits::ws_pongs_per_read_max || i == 499) expected.push_back("pong: " + std::to_string(i));
  }
  feed(session, pings, out);
  EXPECT_EQ(out.lines, expected);
  feed(session, frame(Opcode::ping, "next"), out);
  expected.push_back("pong: next");
  EXPECT_EQ(out.lines, expected);
}

TEST(WsSession, H13_answers_the_last_ping_before_it_echoes_a_close_frame) {
  std::string bytes;
  for (int i = 0; i < 20; ++i) bytes += frame(Opcode::ping, std::to_string(i));
  RecordingOutput out;
  Session session(defaults);
  feed(session, bytes + frame(Opcode::close, ""), out);
  ASSERT_GE(out.lines.size(), 3u);
  EXPECT_EQ(Lines(out.lines.end() - 3, out.lines.end()), (Lines{"pong: 19", "close frame:", "closed by peer: 1005"}));
}

TEST(WsSession, H13_fails_a_peer_that_floods_it_with_control_frames) {
  for (const Opcode opcode : {Opcode::ping, Opcode::pong}) {
    RecordingOutput out;
    Session session(defaults);
    const std::string one = frame(opcode, "");
    for (unsigned i = 0; i < limits::ws_control_frames_max; ++i) feed(session, one, out, t0);
    EXPECT_TRUE(session.is_open()) << "the limit itself is allowed";
    for (unsigned i = 0; i < limits::ws_control_frames_max; ++i) feed(session, one, out, t0 + 1s);
    EXPECT_TRUE(session.is_open()) << "and again in the next second";
    out.lines.clear();
    feed(session, one, out, t0 + 1s);
    EXPECT_EQ(out.lines, failed(Error::too_many_control_frames));
  }
}

// Whatever a well-behaved client sends, in whatever pieces, arrives as it was sent.
TEST(WsSession, random_messages_arrive_as_sent) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    Lines expected;
    unsigned pings_left = limits::ws_pongs_per_read_max;
    for (std::size_t messages = below(6); messages-- > 0;) {
      const bool text = below(2) == 0;
      std::string message;
      for (std::size_t size = below(below(10) == 0 ? 70'000 : 300); message.size() < size;) {
        text ? void(message += below(3) == 0 ? "€" : "a") : message.push_back(static_cast<char>(random()));
      }
      auto opcode = text ? Opcode::text : Opcode::binary;
      for (std::size_t at = 0;;) {
        const std::size_t size = below(2) == 0 ? message.size() - at : below(message.size() - at + 1);
        const bool last = at + size == message.size() && below(4) != 0;
        append_masked_frame(bytes, opcode, std::string_view(message).substr(at, size),
                            static_cast<std::uint32_t>(random()), last);
        at += size;
        opcode = Opcode::continuation;
        if (last) break;
        if (pings_left > 0 && below(3) == 0) {
          --pings_left;
          bytes += frame(Opcode::ping, std::to_string(at));
          expected.push_back("pong: " + std::to_string(at));
        }
      }
      expected.push_back((text ? "text: " : "binary: ") + message);
    }
    RecordingOutput out;
    Session session(defaults);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(bytes.size() - at, 1 + below(below(2) == 0 ? 20 : 20'000));
      feed(session, bytes.substr(at, size), out);
      at += size;
    }
    ASSERT_EQ(out.lines, expected);
    ASSERT_TRUE(session.is_open());
    ASSERT_EQ(session.deadline(), TimePoint::max());
  }
}

} // namespace
} // namespace wire::ws
