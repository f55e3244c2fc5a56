#include "wire/eio/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "wire/eio/packet_codec.h"
#include "wire/eio/test_support.h"

namespace wire::eio {
namespace {

using test::RecordingHandler;
using test::RecordingHost;
using test::RecordingTransport;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint t0 = TimePoint{} + seconds(1000);
constexpr std::string_view sid = "abcdefghijklmnopqrst";

class EioSession : public testing::Test {
 protected:
  EioSession() {
    session.set_handler(handler);
    session.start(transport, R"(["websocket"])", t0);
    opening = transport.take();
  }
  void receive(PacketType type, std::string_view data = {}, TimePoint now = t0, bool binary = false) {
    session.on_packet({type, data, binary}, now);
  }
  void expect_ended(CloseReason reason) {
    EXPECT_FALSE(session.open());
    EXPECT_EQ(host.closed, 1);
    ASSERT_FALSE(handler.heard.empty());
    EXPECT_EQ(handler.heard.back(), to_string(reason));
  }

  const SessionOptions options;
  RecordingTransport transport;
  RecordingHost host;
  RecordingHandler handler;
  Session session{std::string(sid), options, host};
  std::vector<std::string> opening;
};

TEST_F(EioSession, opens_with_these_bytes) {
  EXPECT_THAT(opening, ElementsAre(R"(0{"sid":"abcdefghijklmnopqrst","upgrades":["websocket"],)"
                                   R"("pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})"));
  EXPECT_TRUE(session.open());
  EXPECT_EQ(session.transport(), TransportName::websocket);
}

TEST_F(EioSession, brings_messages_up_and_down) {
  receive(PacketType::message, "hi");
  receive(PacketType::message, "xy", t0, true);
  EXPECT_THAT(handler.heard, ElementsAre("text hi", "binary xy"));
  session.send_text("hello");
  session.send_binary("ab");
  session.send(share_text("all"));
  session.send(share_binary("bytes"));
  EXPECT_THAT(transport.sent, ElementsAre("4hello", "binary ab", "4all", "binary bytes"));
}

TEST_F(EioSession, ignores_packets_that_mean_nothing_once_it_is_open) {
  for (const PacketType type : {PacketType::open, PacketType::upgrade, PacketType::noop}) receive(type, "x");
  EXPECT_TRUE(session.open());
  EXPECT_THAT(handler.heard, IsEmpty());
  EXPECT_THAT(transport.sent, IsEmpty());
}

TEST_F(EioSession, is_writable_when_its_transport_is_and_passes_its_pressure_on) {
  EXPECT_TRUE(session.writable());
  transport.ready = false;
  transport.verdict = Pressure::hard;
  EXPECT_FALSE(session.writable());
  EXPECT_EQ(session.pressure(), Pressure::hard);
  session.on_drained();
  EXPECT_THAT(handler.heard, ElementsAre("drained"));
}

// --- heartbeat ---

TEST_F(EioSession, pings_after_the_interval_and_again_after_each_pong) {
  TimePoint now = t0;
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(host.wake, now + options.ping_interval) << round;
    session.on_time(host.wake - milliseconds(1));
    EXPECT_THAT(transport.take(), IsEmpty()) << "too early";
    now = host.wake;
    session.on_time(now);
    EXPECT_THAT(transport.take(), ElementsAre("2"));
    EXPECT_EQ(host.wake, now + options.ping_timeout);
    now += seconds(7);
    receive(PacketType::pong, {}, now);
    EXPECT_EQ(host.wake, now + options.ping_interval);
  }
}

TEST_F(EioSession, E31_closes_when_the_pong_never_comes) {
  session.on_time(t0 + options.ping_interval);
  transport.take();
  session.on_time(t0 + options.ping_interval + options.ping_timeout - milliseconds(1));
  EXPECT_TRUE(session.open());
  session.on_time(t0 + options.ping_interval + options.ping_timeout);
  EXPECT_EQ(transport.sent.at(0), "close");
  expect_ended(CloseReason::ping_timeout);
}

TEST_F(EioSession, does_not_wait_longer_for_the_pong_because_the_ping_left_late) {
  session.on_time(t0 + options.ping_interval + milliseconds(4));
  EXPECT_EQ(host.wake, t0 + options.ping_interval + options.ping_timeout);
}

TEST_F(EioSession, gives_the_pong_nine_tenths_of_its_time_even_when_the_loop_stood_still) {
  const TimePoint now = t0 + options.ping_interval + std::chrono::minutes(1);
  session.on_time(now);
  EXPECT_THAT(transport.take(), ElementsAre("2"));
  EXPECT_EQ(host.wake, now + options.ping_timeout / 10 * 9);
}

TEST_F(EioSession, E31_counts_no_data_as_life_while_it_waits_for_no_pong) {
  for (auto now = t0; now < t0 + options.ping_interval; now += seconds(1)) receive(PacketType::message, "x", now);
  session.on_time(t0 + options.ping_interval);
  EXPECT_THAT(transport.sent, ElementsAre("2"));
}

// --- proof of receipt ---

TEST_F(EioSession, pings_once_behind_all_that_leaves_in_a_turn_and_takes_the_pong_for_its_receipt) {
  session.send_text("a");
  const auto receipt = session.request_receipt();
  session.send_text("b");
  EXPECT_EQ(session.request_receipt(), receipt);
  session.on_flush();
  EXPECT_THAT(transport.take(), ElementsAre("4a", "4b", "2"));
  session.on_flush();
  EXPECT_THAT(transport.take(), IsEmpty());
  receive(PacketType::pong, {});
  EXPECT_THAT(handler.heard, ElementsAre("receipt 1"));
}

TEST_F(EioSession, has_one_ping_on_its_way_and_asks_for_what_came_meanwhile_when_that_is_answered) {
  session.request_receipt();
  session.on_flush();
  EXPECT_EQ(session.request_receipt(), 2u);
  session.on_flush();
  EXPECT_THAT(transport.take(), ElementsAre("2"));
  transport.flushes_requested = 0;
  receive(PacketType::pong, {});
  EXPECT_THAT(handler.heard, ElementsAre("receipt 1"));
  EXPECT_EQ(transport.flushes_requested, 1);
  session.on_flush();
  EXPECT_THAT(transport.take(), ElementsAre("2"));
  receive(PacketType::pong, {});
  EXPECT_EQ(handler.heard.back(), "receipt 2");
}

TEST_F(EioSession, takes_no_heartbeat_that_went_ahead_for_a_proof) {
  session.on_time(t0 + options.ping_interval);
  session.send_text("behind the ping");
  session.request_receipt();
  session.on_flush();
  EXPECT_THAT(transport.take(), ElementsAre("2", "4behind the ping"));
  receive(PacketType::pong, {});
  EXPECT_THAT(handler.heard, IsEmpty());
  session.on_flush();
  EXPECT_THAT(transport.take(), ElementsAre("2"));
  receive(PacketType::pong, {});
  EXPECT_THAT(handler.heard, ElementsAre("receipt 1"));
}

TEST_F(EioSession, E12_takes_a_pong_that_nobody_asked_for_as_no_proof) {
  receive(PacketType::pong, {});
  session.request_receipt();
  receive(PacketType::pong, {});
  EXPECT_THAT(handler.heard, IsEmpty());
}

TEST_F(EioSession, a_ping_for_a_receipt_leaves_the_heartbeat_as_it_was) {
  const TimePoint asked = t0 + seconds(20);
  session.request_receipt();
  session.on_flush();
  EXPECT_EQ(host.wake, t0 + options.ping_interval) << "no deadline of its own";
  receive(PacketType::message, "a", asked);
  EXPECT_EQ(host.wake, t0 + options.ping_interval);
  transport.take();
  session.on_time(t0 + options.ping_interval);
  EXPECT_THAT(transport.take(), IsEmpty()) << "the ping that is on its way is the heartbeat's as well";
  EXPECT_EQ(host.wake, t0 + options.ping_interval + options.ping_timeout);
  receive(PacketType::pong, {}, t0 + options.ping_interval + seconds(1));
  EXPECT_EQ(host.wake, t0 + options.ping_interval + seconds(1) + options.ping_interval);
}

TEST_F(EioSession, E31_closes_when_the_ping_for_a_receipt_is_never_answered) {
  session.request_receipt();
  session.on_flush();
  session.on_time(t0 + options.ping_interval);
  session.on_time(t0 + options.ping_interval + options.ping_timeout);
  expect_ended(CloseReason::ping_timeout);
}

TEST_F(EioSession, asks_again_over_the_new_transport_for_what_no_poll_will_prove) {
  session.request_receipt();
  session.on_polled();
  session.on_probe();
  RecordingTransport websocket;
  session.switch_to(websocket);
  session.on_upgraded(t0);
  EXPECT_EQ(websocket.flushes_requested, 1);
  session.on_flush();
  EXPECT_THAT(websocket.take(), ElementsAre("2"));
  receive(PacketType::pong, {});
  EXPECT_EQ(handler.heard.back(), "receipt 2") << "which means the first one too";
}

// Whoever is busy sending has not lost the ping, only not come to it yet (4.8.4 and later).
TEST_F(EioSession, gives_the_pong_more_time_once_for_each_ping_when_something_else_comes) {
  const TimePoint pinged = t0 + options.ping_interval;
  session.on_time(pinged);
  receive(PacketType::message, "a", pinged + seconds(10));
  EXPECT_EQ(host.wake, pinged + seconds(10) + options.ping_timeout);
  receive(PacketType::message, "b", pinged + seconds(15));
  EXPECT_EQ(host.wake, pinged + seconds(10) + options.ping_timeout) << "the second one proves nothing more";
  session.on_time(pinged + options.ping_timeout);
  EXPECT_TRUE(session.open());

  receive(PacketType::pong, {}, pinged + seconds(25));
  const TimePoint second = pinged + seconds(25) + options.ping_interval;
  EXPECT_EQ(host.wake, second);
  session.on_time(second);
  receive(PacketType::message, "c", second + seconds(5));
  EXPECT_EQ(host.wake, second + seconds(5) + options.ping_timeout) << "the next ping has its own";
  session.on_time(host.wake);
  expect_ended(CloseReason::ping_timeout);
}

TEST_F(EioSession, E12_has_one_timer_however_many_pongs_nobody_asked_for) {
  for (int i = 0; i < 1000; ++i) receive(PacketType::pong, {}, t0 + seconds(1));
  EXPECT_EQ(host.wake, t0 + seconds(1) + options.ping_interval);
  session.on_time(host.wake);
  EXPECT_THAT(transport.sent, ElementsAre("2")) << "one ping, not a thousand";
  session.on_time(host.wake);
  expect_ended(CloseReason::ping_timeout);
}

TEST_F(EioSession, ends_when_the_client_pings) {
  for (const char* data : {"", "probe"}) {
    RecordingTransport other;
    RecordingHost other_host;
    RecordingHandler other_handler;
    Session pinged(std::string(sid), options, other_host);
    pinged.set_handler(other_handler);
    pinged.start(other, "[]", t0);
    pinged.on_packet({PacketType::ping, data, false}, t0);
    EXPECT_THAT(other_handler.heard, ElementsAre("transport error"));
    EXPECT_EQ(other_host.closed, 1);
  }
}

// --- the end ---

TEST_F(EioSession, ends_when_the_client_says_so) {
  receive(PacketType::close);
  EXPECT_THAT(transport.sent, ElementsAre("close"));
  expect_ended(CloseReason::transport_close);
}

TEST_F(EioSession, ends_for_the_reason_that_its_transport_gives) {
  session.on_transport_closed(CloseReason::transport_error);
  expect_ended(CloseReason::transport_error);
}

TEST_F(EioSession, ends_with_a_parse_error_when_bytes_are_no_packets) {
  session.on_decode_error();
  expect_ended(CloseReason::parse_error);
}

TEST_F(EioSession, closes_behind_what_is_queued) {
  session.send_text("last");
  session.close(CloseReason::forced_close, t0);
  EXPECT_EQ(transport.sent.at(0), "4last");
  EXPECT_EQ(transport.sent.at(1), "close");
  EXPECT_EQ(std::count(transport.sent.begin(), transport.sent.end(), "abort"), 0);
  expect_ended(CloseReason::forced_close);
}

TEST_F(EioSession, discards_what_is_queued) {
  session.discard(CloseReason::server_shutting_down);
  EXPECT_EQ(transport.sent.at(0), "abort");
  expect_ended(CloseReason::server_shutting_down);
}

TEST_F(EioSession, waits_for_the_poll_that_takes_its_last_packets) {
  transport.closes_at_once = false;
  session.close(CloseReason::forced_close, t0);
  EXPECT_FALSE(session.open()) << "for its user it is over";
  EXPECT_THAT(handler.heard, IsEmpty()) << "but the client has not heard of it";
  EXPECT_EQ(host.wake, t0 + options.close_timeout);
  session.on_flushed();
  expect_ended(CloseReason::forced_close);
}

TEST_F(EioSession, waits_for_that_poll_no_longer_than_the_close_timeout) {
  transport.closes_at_once = false;
  session.close(CloseReason::forced_close, t0);
  session.on_time(t0 + options.close_timeout - milliseconds(1));
  EXPECT_EQ(host.closed, 0);
  session.on_time(t0 + options.close_timeout);
  EXPECT_THAT(transport.sent, testing::Contains("abort"));
  expect_ended(CloseReason::forced_close);
}

TEST_F(EioSession, waits_for_that_poll_though_a_pong_is_due) {
  session.on_time(t0 + options.ping_interval);
  transport.closes_at_once = false;
  session.close(CloseReason::forced_close, t0 + options.ping_interval);
  session.on_time(t0 + options.ping_interval + options.ping_timeout);
  EXPECT_EQ(host.closed, 0);
}

TEST_F(EioSession, sends_and_hears_nothing_while_it_closes) {
  transport.closes_at_once = false;
  session.close(CloseReason::forced_close, t0);
  transport.take();
  session.send_text("x");
  session.send_binary("x");
  session.send(share_text("x"));
  receive(PacketType::message, "x");
  receive(PacketType::pong);
  session.close(CloseReason::transport_close, t0 + seconds(10));
  EXPECT_THAT(transport.sent, IsEmpty());
  EXPECT_THAT(handler.heard, IsEmpty());
  EXPECT_EQ(host.wake, t0 + options.close_timeout) << "and waits no longer for it";
}

TEST_F(EioSession, can_be_discarded_while_it_closes) {
  transport.closes_at_once = false;
  session.close(CloseReason::forced_close, t0);
  session.discard(CloseReason::server_shutting_down);
  expect_ended(CloseReason::server_shutting_down);
}

TEST_F(EioSession, does_nothing_any_more_once_it_has_ended) {
  session.discard(CloseReason::forced_close);
  transport.take();
  handler.heard.clear();
  session.send_text("x");
  session.send_binary("x");
  session.send(share_text("x"));
  receive(PacketType::message, "x");
  receive(PacketType::pong);
  receive(PacketType::ping);
  receive(PacketType::close);
  session.on_drained();
  session.on_flushed();
  session.on_decode_error();
  session.on_transport_closed(CloseReason::transport_error);
  session.close(CloseReason::forced_close, t0);
  session.discard(CloseReason::forced_close);
  session.on_time(t0 + std::chrono::hours(1));
  EXPECT_THAT(transport.sent, IsEmpty());
  EXPECT_THAT(handler.heard, IsEmpty());
  EXPECT_EQ(host.closed, 1);
  EXPECT_FALSE(session.writable());
  EXPECT_EQ(session.pressure(), Pressure::none);
}

TEST_F(EioSession, may_be_ended_by_its_user_in_the_middle_of_a_message) {
  struct Ending final : SessionHandler {
    int closes = 0;
    void on_message(Session& own, std::string_view, bool) override { own.discard(CloseReason::forced_close); }
    void on_close(Session&, CloseReason) override { ++closes; }
  } ending;
  session.set_handler(ending);
  receive(PacketType::message, "x");
  receive(PacketType::message, "y");
  EXPECT_EQ(ending.closes, 1);
  EXPECT_EQ(host.closed, 1);
}

// --- the upgrade ---

class EioUpgrade : public EioSession {
 protected:
  EioUpgrade() { transport.own_name = TransportName::polling; }
  void upgrade(TimePoint now = t0) {
    session.switch_to(websocket);
    session.on_upgraded(now);
  }
  RecordingTransport websocket;
};

TEST_F(EioUpgrade, goes_on_over_the_new_transport) {
  EXPECT_TRUE(session.may_probe());
  session.on_probe();
  EXPECT_TRUE(session.probing());
  session.send_text("while probing");
  EXPECT_THAT(transport.take(), ElementsAre("4while probing")) << "the old one carries it until the switch";
  upgrade();
  EXPECT_FALSE(session.probing());
  EXPECT_EQ(session.transport(), TransportName::websocket);
  session.send_text("after");
  EXPECT_THAT(websocket.sent, ElementsAre("4after"));
  EXPECT_THAT(handler.heard, ElementsAre("upgrade"));
}

TEST_F(EioUpgrade, sends_again_what_was_not_polled_before_anything_new) {
  session.switch_to(websocket);
  session.resend("4text", false);
  session.resend("bytes", true);
  session.resend("2", false);
  session.resend(share_text("shared"));
  EXPECT_THAT(handler.heard, IsEmpty()) << "its user is told afterwards";
  session.on_upgraded(t0);
  EXPECT_THAT(handler.heard, ElementsAre("upgrade"));
  EXPECT_THAT(websocket.sent, ElementsAre("4text", "binary bytes", "2", "4shared"));
}

TEST_F(EioUpgrade, E24_may_be_probed_by_one_at_a_time_and_again_when_that_one_failed) {
  session.on_probe();
  EXPECT_FALSE(session.may_probe());
  session.on_probe_failed();
  EXPECT_FALSE(session.probing());
  EXPECT_TRUE(session.may_probe());
  upgrade();
  EXPECT_FALSE(session.may_probe()) << "after the upgrade";
  session.on_probe_failed();
  EXPECT_FALSE(session.may_probe()) << "news of the other socket change nothing";
}

TEST_F(EioUpgrade, E24_may_not_be_probed_when_it_is_a_websocket_or_not_open) {
  RecordingTransport direct;
  Session other(std::string(sid), options, host);
  other.start(direct, "[]", t0);
  EXPECT_FALSE(other.may_probe());
  session.discard(CloseReason::forced_close);
  EXPECT_FALSE(session.may_probe());
}

TEST_F(EioUpgrade, leaves_the_heartbeat_as_it_is) {
  const TimePoint due = host.wake;
  upgrade(t0 + seconds(5));
  EXPECT_EQ(host.wake, due);
  session.on_time(due);
  EXPECT_THAT(websocket.sent, ElementsAre("2"));
}

// Node cancels the timeout here, so that a client that never answers is never reaped.
TEST_F(EioUpgrade, goes_on_waiting_for_a_pong_that_was_due_at_the_switch) {
  session.on_time(t0 + options.ping_interval);
  const TimePoint switched = t0 + options.ping_interval + seconds(3);
  upgrade(switched);
  EXPECT_EQ(host.wake, switched + options.ping_timeout);
  session.on_time(host.wake);
  expect_ended(CloseReason::ping_timeout);
}

TEST_F(EioUpgrade, ends_at_the_switch_when_it_was_closing) {
  transport.closes_at_once = false;
  session.on_probe();
  session.close(CloseReason::forced_close, t0);
  upgrade();
  EXPECT_THAT(websocket.sent, ElementsAre("close"));
  expect_ended(CloseReason::forced_close);
}

} // namespace
} // namespace wire::eio
