#include "wire/eio/ws_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "wire/base/limits.h"
#include "wire/eio/packet_codec.h"
#include "wire/eio/test_support.h"

namespace wire::eio {
namespace {

using net::test::run_turns;
using test::RecordingHandler;
using test::RecordingHost;
using test::WsPeer;
using testing::ElementsAre;
using testing::IsEmpty;

struct RecordingListener final : ProbeListener {
  int upgraded = 0, closed = 0;
  void on_probe_upgraded() override { ++upgraded; }
  void on_probe_closed() override { ++closed; }
};

class EioWebSocket : public testing::Test {
 protected:
  EioWebSocket() { session.set_handler(handler); }
  ~EioWebSocket() override {
    transport.reset();
    run_turns(loop);
  }
  void make(bool base64 = false) { transport.emplace(peer.connection, session, frames, base64); }
  void open(bool base64 = false) {
    make(base64);
    session.start(*transport, "[]", loop.now());
    transport->start();
    EXPECT_THAT(peer.take(), ElementsAre(testing::StartsWith("0{")));
    handler.heard.clear(); // "drained"
  }
  void probe() {
    make();
    session.start(former, R"(["websocket"])", loop.now());
    transport->start_probe(listener);
  }

  net::Loop loop;
  const SessionOptions options;
  ws::SessionOptions frames;
  RecordingHost host;
  RecordingHandler handler;
  RecordingListener listener;
  test::RecordingTransport former{TransportName::polling}; // carries the session while a websocket probes
  Session session{"abcdefghijklmnopqrst", options, host};
  WsPeer peer{loop};
  std::optional<WsTransport> transport;
};

// --- messages ---

TEST_F(EioWebSocket, sends_each_packet_as_a_frame) {
  open();
  session.send_text("a");
  session.send_binary("bytes");
  session.send(share_text("shared"));
  session.send(share_binary("many"));
  EXPECT_THAT(peer.take(), ElementsAre("4a", "binary bytes", "4shared", "binary many"));
}

TEST_F(EioWebSocket, sends_binary_as_text_to_whom_asked_for_it) {
  open(true);
  session.send_text("a");
  session.send_binary("bc");
  session.send(share_text("shared"));
  session.send(share_binary("\x01\x02"));
  EXPECT_THAT(peer.take(), ElementsAre("4a", "bYmM=", "4shared", "bAQI="));
}

TEST_F(EioWebSocket, brings_text_binary_and_base64_messages) {
  open();
  peer.text("4hello");
  peer.binary("4bytes");
  peer.text("bYmM=");
  peer.text("4");
  EXPECT_THAT(peer.take(), IsEmpty());
  EXPECT_THAT(handler.heard, ElementsAre("text hello", "binary 4bytes", "binary bc", "text "));
}

TEST_F(EioWebSocket, reads_what_came_behind_the_handshake) {
  open();
  std::string glued = test::frame("4glued") + test::frame("4more").substr(0, 4);
  transport->receive(glued);
  peer.socket->send(test::frame("4more").substr(4));
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("text glued", "text more"));
}

TEST_F(EioWebSocket, is_writable_until_something_waits_to_be_written) {
  open();
  EXPECT_TRUE(session.writable());
  session.send_text("a");
  EXPECT_FALSE(session.writable()) << "in the same turn";
  run_turns(loop);
  EXPECT_TRUE(session.writable());
  EXPECT_THAT(handler.heard, ElementsAre("drained"));
}

// --- the heartbeat's frames ---

TEST_F(EioWebSocket, pings_and_takes_the_pong) {
  open();
  session.on_time(host.wake);
  EXPECT_THAT(peer.take(), ElementsAre("2"));
  host.wake = {};
  peer.text("3");
  run_turns(loop);
  EXPECT_GT(host.wake, TimePoint{});
}

TEST_F(EioWebSocket, pings_behind_everything_that_leaves_in_the_turn_to_prove_its_receipt) {
  open();
  session.send_text("a");
  session.request_receipt();
  session.send_text("b");
  EXPECT_THAT(peer.take(), ElementsAre("4a", "4b", "2"));
  peer.text("3");
  run_turns(loop);
  EXPECT_EQ(handler.heard.back(), "receipt 1");
}

TEST_F(EioWebSocket, pings_for_a_receipt_although_nothing_else_is_sent) {
  open();
  session.request_receipt();
  EXPECT_THAT(peer.take(), ElementsAre("2"));
}

TEST_F(EioWebSocket, tells_a_client_that_does_not_answer_that_it_is_over) {
  open();
  session.on_time(host.wake);
  EXPECT_THAT(peer.take(), ElementsAre("2"));
  session.on_time(host.wake);
  EXPECT_THAT(peer.take(), ElementsAre("close", "end"));
  EXPECT_EQ(handler.heard.back(), "ping timeout");
}

// --- the end ---

TEST_F(EioWebSocket, closes_behind_what_is_queued) {
  open();
  session.send_text("last");
  session.close(CloseReason::forced_close, loop.now());
  EXPECT_THAT(handler.heard, ElementsAre("forced close"));
  EXPECT_THAT(peer.take(), ElementsAre("4last", "close", "end"));
}

TEST_F(EioWebSocket, R2_tells_who_is_to_blame_for_his_end_with_1008_behind_what_is_queued) {
  open();
  session.send_text("last");
  session.expel(loop.now());
  session.expel(loop.now());
  EXPECT_THAT(handler.heard, ElementsAre("forced close"));
  EXPECT_THAT(peer.take(), ElementsAre("4last", "close 1008", "end"));
}

TEST_F(EioWebSocket, F12_says_1012_when_it_ends_because_the_server_does) {
  open();
  session.discard(CloseReason::transport_error, Farewell::restart);
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
  EXPECT_THAT(peer.take(), ElementsAre("close 1012", "end"));
}

TEST_F(EioWebSocket, drops_the_connection_when_it_is_discarded_with_something_queued) {
  open();
  session.send_text("lost");
  session.discard(CloseReason::server_shutting_down);
  EXPECT_THAT(peer.take(), ElementsAre("end"));
}

TEST_F(EioWebSocket, ends_when_the_client_says_close) {
  open();
  peer.say_close();
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("transport close"));
  EXPECT_THAT(peer.take(), ElementsAre("close", "end")) << "and is answered";
}

TEST_F(EioWebSocket, ends_when_the_connection_does) {
  open();
  peer.socket->close();
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("transport close"));
}

TEST_F(EioWebSocket, ends_with_a_close_packet) {
  open();
  peer.text("1");
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("transport close"));
  EXPECT_THAT(peer.take(), ElementsAre("close", "end"));
}

TEST_F(EioWebSocket, ends_with_a_parse_error_when_a_text_frame_is_no_packet) {
  for (const char* text : {"", "7", "x4"}) {
    WsPeer other(loop);
    RecordingHandler other_handler;
    Session told("abcdefghijklmnopqrst", options, host);
    told.set_handler(other_handler);
    WsTransport carrier(other.connection, told, frames, false);
    told.start(carrier, "[]", loop.now());
    carrier.start();
    other.take();
    other.text(text);
    EXPECT_THAT(other.take(), ElementsAre("close", "end")) << text;
    EXPECT_THAT(other_handler.heard, ElementsAre("drained", "parse error")) << text;
  }
}

TEST_F(EioWebSocket, ends_with_a_transport_error_when_frames_are_wrong) {
  frames.message_bytes_max = 10;
  open();
  peer.text("4" + std::string(9, 'x'));
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("text xxxxxxxxx"));
  peer.text("4" + std::string(10, 'x'));
  EXPECT_THAT(peer.take(), ElementsAre("close 1009", "end"));
  EXPECT_THAT(handler.heard.back(), "transport error");
}

TEST_F(EioWebSocket, E8_closes_with_1002_when_the_first_bytes_are_no_frame) {
  open();
  std::string glued = "\xf1\x80";
  transport->receive(glued); // CVE-2022-21676
  EXPECT_THAT(peer.take(), ElementsAre("close 1002", "end"));
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
}

TEST_F(EioWebSocket, ends_when_a_message_is_never_completed) {
  open();
  peer.socket->send(test::frame("4half").substr(0, 8));
  run_turns(loop);
  loop.timers().advance(loop.now() + limits::ws_message_timeout + seconds(1));
  EXPECT_THAT(peer.take(), ElementsAre("close 1008", "end"));
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
}

TEST_F(EioWebSocket, sends_nothing_after_its_end) {
  open();
  session.close(CloseReason::forced_close, loop.now());
  peer.take();
  transport->send(PacketType::message, "x");
  transport->send_binary("x");
  transport->send(share_text("x"));
  peer.text("4x");
  EXPECT_THAT(peer.take(), ElementsAre("end"));
  EXPECT_THAT(handler.heard, ElementsAre("forced close"));
}

// --- the upgrade ---

TEST_F(EioWebSocket, answers_the_probe_and_takes_over_at_upgrade) {
  probe();
  EXPECT_FALSE(session.probing());
  peer.text("2probe");
  EXPECT_THAT(peer.take(), ElementsAre("3probe"));
  EXPECT_TRUE(session.probing());
  EXPECT_EQ(listener.upgraded, 0);
  peer.text("5");
  run_turns(loop);
  EXPECT_EQ(listener.upgraded, 1);
  session.switch_to(*transport);
  session.on_upgraded(loop.now());
  handler.heard.clear();
  peer.text("4after");
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("text after"));
  session.send_text("hello");
  EXPECT_THAT(peer.take(), ElementsAre("4hello"));
}

TEST_F(EioWebSocket, takes_over_without_a_probe) {
  probe();
  peer.text("5");
  run_turns(loop);
  EXPECT_EQ(listener.upgraded, 1);
}

TEST_F(EioWebSocket, E24_is_closed_when_it_begins_with_anything_else) {
  for (const char* first : {"2", "2prob", "2probes", "4message", "3probe", "6", "1", "x", ""}) {
    WsPeer other(loop);
    RecordingListener other_listener;
    Session polled("abcdefghijklmnopqrst", options, host);
    polled.start(former, "[]", loop.now());
    WsTransport candidate(other.connection, polled, frames, false);
    candidate.start_probe(other_listener);
    other.text(first);
    EXPECT_THAT(other.take(), ElementsAre("close", "end")) << first;
    EXPECT_EQ(other_listener.closed, 1) << first;
    EXPECT_TRUE(polled.open()) << "polling goes on";
  }
}

TEST_F(EioWebSocket, E24_is_closed_when_it_sends_data_before_upgrade) {
  probe();
  peer.text("2probe");
  peer.text("4too early");
  EXPECT_THAT(peer.take(), ElementsAre("3probe", "close", "end"));
  EXPECT_EQ(listener.closed, 1);
  EXPECT_THAT(handler.heard, IsEmpty());
}

TEST_F(EioWebSocket, E24_probes_once) {
  probe();
  peer.text("2probe");
  peer.text("2probe");
  EXPECT_THAT(peer.take(), ElementsAre("3probe", "close", "end"));
  EXPECT_EQ(listener.closed, 1);
}

TEST_F(EioWebSocket, tells_that_it_died_while_it_probed) {
  probe();
  peer.text("2probe");
  run_turns(loop);
  peer.socket->reset();
  run_turns(loop);
  EXPECT_EQ(listener.closed, 1);
  EXPECT_TRUE(session.open());
  EXPECT_THAT(handler.heard, IsEmpty());
}

} // namespace
} // namespace wire::eio
