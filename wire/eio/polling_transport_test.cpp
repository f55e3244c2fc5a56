#include "wire/eio/polling_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "wire/base/limits.h"
#include "wire/eio/packet_codec.h"
#include "wire/eio/test_support.h"

namespace wire::eio {
namespace {

using net::test::run_turns;
using test::FakeExchange;
using test::RecordingHandler;
using test::RecordingHost;
using testing::ElementsAre;
using testing::IsEmpty;

struct PassingResponder final : Responder {
  void respond(http::Exchange& exchange, http::Response response) override { exchange.respond(std::move(response)); }
};

class EioPolling : public testing::Test {
 protected:
  EioPolling() {
    session.set_handler(handler);
    transport.set_keep_alive(alive);
    session.start(transport, "[]", loop.now());
    transport.open(handshake, {});
  }
  void post(std::string body) {
    FakeExchange exchange("POST", "/engine.io/", std::move(body));
    transport.on_post_head(exchange);
    transport.on_post(exchange);
    EXPECT_EQ(exchange.body(), "ok");
  }

  net::Loop loop;
  const SessionOptions options;
  RecordingHost host;
  RecordingHandler handler;
  PassingResponder responder;
  Session session{"abcdefghijklmnopqrst", options, host};
  PollingTransport transport{loop, session, responder, 3};
  const std::shared_ptr<void> alive = std::make_shared<int>();
  FakeExchange handshake, first_poll, second_poll;
};

// --- down ---

TEST_F(EioPolling, answers_the_handshake_with_the_open_packet) {
  ASSERT_TRUE(handshake.response);
  EXPECT_EQ(handshake.response->status, 200);
  EXPECT_EQ(handshake.header("Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(handshake.header("cache-control"), "no-store");
  EXPECT_THAT(handshake.body(), testing::StartsWith(R"(0{"sid":"abcdefghijklmnopqrst","upgrades":[])"));
}

TEST_F(EioPolling, lets_a_poll_hang_until_there_is_a_packet_and_gathers_those_of_a_turn) {
  transport.on_poll(first_poll);
  run_turns(loop);
  EXPECT_TRUE(first_poll.waiting());
  session.send_text("a");
  session.send_binary("bc");
  session.send(share_text("shared"));
  session.send(share_binary("\x01\x02"));
  EXPECT_TRUE(first_poll.waiting()) << "the turn is not over";
  run_turns(loop);
  EXPECT_EQ(first_poll.body(),
            "4a\x1e"
            "bYmM=\x1e"
            "4shared\x1e"
            "bAQI=");
  EXPECT_EQ(first_poll.header("cache-control"), "no-store");
  EXPECT_EQ(handler.heard, std::vector<std::string>{"drained"});
}

TEST_F(EioPolling, answers_a_poll_at_once_when_something_waits) {
  session.send_text("a");
  session.send_text("b");
  transport.on_poll(first_poll);
  EXPECT_EQ(first_poll.body(),
            "4a\x1e"
            "4b");
  transport.on_poll(second_poll);
  run_turns(loop);
  EXPECT_TRUE(second_poll.waiting()) << "each packet goes out once";
}

TEST_F(EioPolling, sends_a_ping_like_any_packet) {
  transport.on_poll(first_poll);
  session.on_time(host.wake);
  run_turns(loop);
  EXPECT_EQ(first_poll.body(), "2");
}

TEST_F(EioPolling, is_writable_while_a_poll_hangs_and_nothing_is_queued) {
  EXPECT_FALSE(session.writable());
  transport.on_poll(first_poll);
  EXPECT_TRUE(session.writable());
  session.send_text("a");
  EXPECT_FALSE(session.writable());
  run_turns(loop);
  EXPECT_FALSE(session.writable());
}

TEST_F(EioPolling, tells_how_much_is_queued_by_the_byte) {
  session.send_text(std::string(limits::unsent_bytes_soft - 1, 'x')); // and the digit
  EXPECT_EQ(session.pressure(), Pressure::none);
  session.send_binary("x");
  EXPECT_EQ(session.pressure(), Pressure::soft);
  session.send(share_binary(std::string(limits::unsent_bytes_hard - limits::unsent_bytes_soft - 1, 'x')));
  EXPECT_EQ(session.pressure(), Pressure::soft);
  session.send(share_binary("x"));
  EXPECT_EQ(session.pressure(), Pressure::hard);
  transport.on_poll(first_poll);
  EXPECT_EQ(session.pressure(), Pressure::none);
}

// --- proof of receipt ---

TEST_F(EioPolling, the_next_poll_proves_what_the_last_one_brought) {
  FakeExchange first, second, third;
  transport.on_poll(first);
  session.send_text("a");
  EXPECT_EQ(session.request_receipt(), 1u);
  run_turns(loop);
  EXPECT_EQ(first.body(), "4a") << "and no ping";
  session.send_text("b"); // waits for the next poll, so that is no proof of it
  EXPECT_EQ(session.request_receipt(), 2u);
  handler.heard.clear();
  transport.on_poll(second);
  EXPECT_THAT(handler.heard, ElementsAre("receipt 1", "drained"));
  EXPECT_EQ(second.body(), "4b");
  transport.on_poll(third);
  EXPECT_EQ(handler.heard.back(), "receipt 2");
}

TEST_F(EioPolling, a_pong_that_is_posted_proves_nothing_of_what_was_polled) {
  FakeExchange poll, post("POST", "/engine.io/", "3");
  transport.on_poll(poll);
  session.send_text("a");
  session.request_receipt();
  run_turns(loop);
  handler.heard.clear();
  transport.on_post_head(post);
  transport.on_post(post);
  EXPECT_THAT(handler.heard, IsEmpty());
}

// --- up ---

TEST_F(EioPolling, brings_the_packets_of_a_post_and_answers_ok) {
  FakeExchange exchange("POST", "/engine.io/",
                        "4a\x1e"
                        "bYmM=\x1e"
                        "3");
  transport.on_post_head(exchange);
  EXPECT_TRUE(exchange.waiting()) << "the body is still to come";
  transport.on_post(exchange);
  EXPECT_THAT(handler.heard, ElementsAre("text a", "binary bc"));
  EXPECT_EQ(exchange.response->status, 200);
  EXPECT_EQ(exchange.body(), "ok");
  EXPECT_EQ(exchange.header("Content-Type"), "text/html");
  EXPECT_EQ(exchange.header("cache-control"), "no-store");
}

TEST_F(EioPolling, answers_ok_also_when_a_packet_ends_the_session) {
  post(
      "4a\x1e"
      "7\x1e"
      "4b");
  EXPECT_THAT(handler.heard, ElementsAre("text a", "parse error"));
}

TEST_F(EioPolling, ends_with_a_parse_error_when_a_post_is_empty) {
  post("");
  EXPECT_THAT(handler.heard, ElementsAre("parse error"));
}

TEST_F(EioPolling, takes_N_packets_of_a_post_and_ends_at_one_more) {
  post(
      "41\x1e"
      "42\x1e"
      "43");
  EXPECT_THAT(handler.heard, ElementsAre("text 1", "text 2", "text 3"));
  handler.heard.clear();
  post(
      "41\x1e"
      "42\x1e"
      "43\x1e"
      "44");
  EXPECT_THAT(handler.heard, ElementsAre("text 1", "text 2", "text 3", "parse error"));
}

TEST_F(EioPolling, ends_when_the_client_closes_and_lets_its_poll_go) {
  transport.on_poll(first_poll);
  post(
      "41\x1e"
      "1\x1e"
      "42");
  EXPECT_EQ(first_poll.body(), "6");
  EXPECT_THAT(handler.heard, ElementsAre("text 1", "transport close"));
}

TEST_F(EioPolling, hears_no_more_of_a_post_after_its_user_ended_the_session) {
  struct Ending final : SessionHandler {
    int messages = 0;
    void on_message(Session& own, std::string_view, bool) override {
      ++messages;
      own.discard(CloseReason::forced_close);
    }
    void on_close(Session&, CloseReason) override {}
  } ending;
  session.set_handler(ending);
  transport.on_poll(first_poll);
  post(
      "41\x1e"
      "42\x1e"
      "1");
  EXPECT_EQ(ending.messages, 1);
  EXPECT_EQ(first_poll.body(), "1");
  EXPECT_EQ(host.closed, 1);
}

TEST_F(EioPolling, E10_refuses_binary_bodies_at_once) {
  FakeExchange exchange("POST", "/engine.io/", "4a", {{"content-type", "application/octet-stream"}});
  transport.on_post_head(exchange);
  EXPECT_EQ(exchange.response->status, 400);
  EXPECT_EQ(exchange.body(), "");
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
}

TEST_F(EioPolling, looks_at_no_other_content_type) {
  for (const char* type :
       {"text/plain;charset=UTF-8", "application/octet-stream;x=1", "Application/Octet-Stream", ""}) {
    FakeExchange exchange("POST", "/engine.io/", "4a", {{"content-type", type}});
    transport.on_post_head(exchange);
    transport.on_post(exchange);
    EXPECT_EQ(exchange.body(), "ok") << type;
  }
}

TEST_F(EioPolling, survives_a_post_that_was_too_large) {
  FakeExchange large("POST", "/engine.io/", "4a");
  transport.on_post_head(large);
  transport.on_post_refused(large);
  EXPECT_TRUE(session.open());
  post("4b");
  EXPECT_THAT(handler.heard, ElementsAre("text b")) << "the next one overlaps with nothing";
}

// --- two at once ---

TEST_F(EioPolling, E23_ends_when_two_polls_overlap) {
  transport.on_poll(first_poll);
  transport.on_poll(second_poll);
  EXPECT_EQ(second_poll.response->status, 400);
  EXPECT_EQ(second_poll.body(), "");
  EXPECT_EQ(first_poll.body(), "1");
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
}

TEST_F(EioPolling, E23_ends_when_two_posts_overlap) {
  FakeExchange first("POST"), second("POST");
  transport.on_post_head(first);
  transport.on_post_head(second);
  EXPECT_EQ(second.response->status, 400);
  EXPECT_EQ(second.body(), "");
  EXPECT_TRUE(first.aborted);
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
}

TEST_F(EioPolling, E23_ends_when_the_client_leaves_a_poll_or_a_post) {
  transport.on_poll(first_poll);
  transport.on_abort(first_poll);
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));

  RecordingHandler other_handler;
  Session other("abcdefghijklmnopqrsu", options, host);
  PollingTransport posting(loop, other, responder, 3);
  other.set_handler(other_handler);
  other.start(posting, "[]", loop.now());
  FakeExchange exchange("POST");
  posting.on_post_head(exchange);
  posting.on_abort(exchange);
  EXPECT_THAT(other_handler.heard, ElementsAre("transport error"));
}

TEST_F(EioPolling, does_not_mind_that_the_client_leaves_a_request_that_is_not_its_own) {
  FakeExchange foreign("PUT");
  transport.on_abort(foreign);
  transport.on_post_refused(foreign);
  EXPECT_TRUE(session.open());
  EXPECT_THAT(handler.heard, IsEmpty());
}

// --- the end ---

TEST_F(EioPolling, closes_behind_what_is_queued_when_a_poll_hangs) {
  transport.on_poll(first_poll);
  session.send_text("last");
  session.close(CloseReason::forced_close, loop.now());
  EXPECT_EQ(first_poll.body(),
            "4last\x1e"
            "1");
  EXPECT_THAT(handler.heard, ElementsAre("forced close"));
  run_turns(loop); // the flush that was due finds nothing
}

TEST_F(EioPolling, tells_the_next_poll_when_none_hangs) {
  session.send_text("last");
  session.close(CloseReason::forced_close, loop.now());
  session.send_text("too late");
  EXPECT_EQ(host.closed, 0);
  transport.on_poll(first_poll);
  EXPECT_EQ(first_poll.body(),
            "4last\x1e"
            "6\x1e"
            "1");
  EXPECT_THAT(handler.heard, ElementsAre("forced close"));
  EXPECT_EQ(host.closed, 1);
}

TEST_F(EioPolling, hears_nothing_while_it_waits_for_that_poll) {
  session.close(CloseReason::forced_close, loop.now());
  post("4a");
  EXPECT_THAT(handler.heard, IsEmpty());
  EXPECT_EQ(host.closed, 0);
}

TEST_F(EioPolling, discards_what_is_queued) {
  transport.on_poll(first_poll);
  session.send_text("lost");
  session.discard(CloseReason::server_shutting_down);
  EXPECT_EQ(first_poll.body(), "1");
  run_turns(loop);
}

TEST_F(EioPolling, lives_until_the_flush_that_is_due) {
  struct Entry {
    Entry(net::Loop& on, const SessionOptions& with, SessionHost& holder, Responder& responding)
        : own("abcdefghijklmnopqrsu", with, holder), polling(on, own, responding, 3) {}
    Session own;
    PollingTransport polling;
  };
  auto entry = std::make_shared<Entry>(loop, options, host, responder);
  entry->polling.set_keep_alive(entry);
  entry->own.start(entry->polling, "[]", loop.now());
  entry->polling.on_poll(first_poll); // takes the open packet
  entry->polling.on_poll(second_poll);
  entry->own.send_text("the last");
  entry.reset();
  EXPECT_TRUE(second_poll.waiting());
  run_turns(loop);
  EXPECT_EQ(second_poll.body(), "4the last");
}

// --- the upgrade ---

TEST_F(EioPolling, lets_a_hanging_poll_go_so_that_the_client_can_pause) {
  transport.release_poll();
  transport.on_poll(first_poll);
  transport.release_poll();
  EXPECT_EQ(first_poll.body(), "6");
  transport.on_poll(second_poll);
  session.send_text("a");
  transport.release_poll();
  EXPECT_EQ(second_poll.body(), "4a");
}

TEST_F(EioPolling, gives_what_was_not_polled_to_the_websocket) {
  session.send_text("a");
  session.send_binary("bc");
  session.send(share_text("shared"));
  session.on_time(host.wake);
  const auto queued = transport.give_up();
  ASSERT_EQ(queued.size(), 4u);
  EXPECT_EQ(queued[0].own, "4a");
  EXPECT_FALSE(queued[0].binary);
  EXPECT_EQ(queued[1].own, "bc");
  EXPECT_TRUE(queued[1].binary);
  EXPECT_EQ(queued[2].shared.packet(), "4shared");
  EXPECT_EQ(queued[3].own, "2");
  EXPECT_EQ(session.pressure(), Pressure::none);
}

TEST_F(EioPolling, tells_a_poll_that_hangs_at_the_switch_that_it_is_over) {
  transport.on_poll(first_poll);
  EXPECT_THAT(transport.give_up(), IsEmpty());
  EXPECT_EQ(first_poll.body(), "1");
  EXPECT_TRUE(transport.close()) << "nothing is left to be told";
}

} // namespace
} // namespace wire::eio
