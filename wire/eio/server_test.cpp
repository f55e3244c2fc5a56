#include "wire/eio/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "wire/base/limits.h"
#include "wire/eio/test_support.h"

namespace wire::eio {
namespace {

using net::test::run_turns;
using test::FakeExchange;
using test::RecordingHandler;
using test::WsPeer;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

const http::Headers upgrade_headers = {{"upgrade", "websocket"},
                                       {"connection", "Upgrade"},
                                       {"sec-websocket-version", "13"},
                                       {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};

// A server whose requests come from the test, one by one.
class EioServer : public testing::Test {
 protected:
  EioServer() {
    engine.on_connection([this](Session& opened, const HandshakeRequest&) {
      session = &opened;
      opened.set_handler(handler);
    });
    engine.attach(http);
    requests = http.router().find("/engine.io/");
  }
  ~EioServer() override {
    engine.close(CloseReason::server_shutting_down);
    run_turns(loop);
    EXPECT_EQ(engine.session_count(), 0u);
  }

  void bring(FakeExchange& exchange) {
    requests->on_head(exchange);
    if (exchange.waiting()) requests->on_request(exchange);
  }
  FakeExchange* ask(std::string query, std::string method = "GET", std::string body = {}) {
    FakeExchange& exchange = asked.emplace_back(std::move(method), "/engine.io/?" + query, std::move(body));
    bring(exchange);
    return &exchange;
  }
  std::unique_ptr<WsPeer> upgrade(const std::string& query) {
    auto peer = std::make_unique<WsPeer>(loop);
    FakeExchange exchange("GET", "/engine.io/?" + query, {}, upgrade_headers);
    exchange.connection = peer->connection;
    bring(exchange);
    peer->connection.reset();
    EXPECT_THAT(exchange.raw, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    return peer;
  }
  // Opens a session over polling.
  void open() {
    const FakeExchange* handshake = ask("EIO=4&transport=polling");
    ASSERT_TRUE(session) << handshake->body();
    mine = "EIO=4&transport=polling&sid=" + session->sid();
    mine_over_websocket = "EIO=4&transport=websocket&sid=" + session->sid();
  }
  FakeExchange* poll() { return ask(mine); }
  // Fires the timers that are due after this time.
  void pass(Duration time) {
    elapsed += time;
    loop.timers().advance(loop.now() + elapsed);
  }

  std::deque<FakeExchange> asked; // those that hang are told at the end
  net::Loop loop;
  http::Server http{loop};
  Server engine{loop, {}};
  RecordingHandler handler;
  Session* session = nullptr; // the last one
  http::Handler* requests = nullptr;
  std::string mine, mine_over_websocket; // its queries
  Duration elapsed{};
};

// --- requests ---

TEST_F(EioServer, answers_refusals_as_JSON_and_those_of_upgrades_as_text) {
  const FakeExchange* refused = ask("EIO=4&transport=none");
  EXPECT_EQ(refused->response->status, 400);
  EXPECT_EQ(refused->body(), R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(refused->header("Content-Type"), "application/json");

  FakeExchange upgrading("GET", "/engine.io/?EIO=4&transport=__proto__", {}, upgrade_headers);
  bring(upgrading);
  EXPECT_EQ(upgrading.raw,
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\nContent-Length: 17\r\n\r\n"
            "Transport unknown");
}

TEST_F(EioServer, E9_knows_the_sids_of_its_open_sessions_and_no_others) {
  open();
  EXPECT_EQ(ask("EIO=4&transport=polling&sid=abcdefghijklmnopqrst")->body(),
            R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(ask("EIO=4&transport=polling&sid=__proto__")->body(), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(ask(mine, "POST", "1")->body(), "ok");
  EXPECT_EQ(poll()->body(), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(engine.session_count(), 0u);
}

TEST_F(EioServer, answers_500_to_methods_that_a_session_does_not_have_and_keeps_it) {
  open();
  for (const char* method : {"PUT", "HEAD", "OPTIONS", "DELETE"}) {
    EXPECT_EQ(ask(mine, method)->response->status, 500) << method;
  }
  EXPECT_TRUE(session->open());
}

TEST_F(EioServer, answers_3_when_another_transport_is_named_than_the_session_has) {
  open();
  EXPECT_EQ(ask(mine_over_websocket)->body(), R"({"code":3,"message":"Bad request"})");
  EXPECT_TRUE(session->open());
}

TEST_F(EioServer, closes_a_session_whose_poll_is_given_up) {
  open();
  requests->on_abort(*poll());
  EXPECT_THAT(handler.heard, ElementsAre("transport error"));
}

TEST_F(EioServer, keeps_a_session_whose_post_was_too_large) {
  open();
  FakeExchange large("POST", "/engine.io/?" + mine, "4x");
  requests->on_head(large);
  requests->on_too_large(large);
  EXPECT_EQ(large.response->status, 413);
  EXPECT_EQ(ask(mine, "POST", "4y")->body(), "ok");
  EXPECT_THAT(handler.heard, ElementsAre("text y"));
}

// --- the heartbeat ---

TEST_F(EioServer, E31_pings_and_closes_who_does_not_answer) {
  open();
  pass(limits::ping_interval - milliseconds(100));
  const FakeExchange* hanging = poll();
  run_turns(loop);
  EXPECT_TRUE(hanging->waiting());
  pass(milliseconds(110));
  run_turns(loop);
  EXPECT_EQ(hanging->body(), "2");
  const FakeExchange* next = poll();
  pass(limits::ping_timeout - milliseconds(100));
  EXPECT_TRUE(next->waiting());
  pass(milliseconds(110));
  EXPECT_EQ(next->body(), "1");
  EXPECT_EQ(handler.heard.back(), "ping timeout");
}

TEST_F(EioServer, does_what_is_due_before_it_serves_a_request_even_when_the_timer_is_a_tick_late) {
  Server hasty(loop, [] {
    ServerOptions options;
    options.path = "/hasty";
    options.ping_interval = options.ping_timeout = Duration::zero();
    return options;
  }());
  hasty.attach(http);
  requests = http.router().find("/hasty/");
  const std::string opened = ask("EIO=4&transport=polling")->body();
  const std::string query = "EIO=4&transport=polling&sid=" + opened.substr(opened.find("sid") + 6, 20);
  EXPECT_EQ(ask(query)->body(), "2");
  EXPECT_EQ(ask(query)->body(), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(hasty.session_count(), 0u);
}

// --- websockets ---

TEST_F(EioServer, opens_a_session_over_a_websocket) {
  const auto peer = upgrade("EIO=4&transport=websocket");
  EXPECT_THAT(peer->take(), ElementsAre(testing::AllOf(StartsWith("0{"), testing::HasSubstr(R"("upgrades":[])"))));
  peer->text("4hi");
  run_turns(loop);
  EXPECT_THAT(handler.heard, testing::Contains("text hi"));
}

TEST_F(EioServer, accepts_and_closes_a_websocket_that_says_it_polls) {
  open();
  for (const std::string& query : {std::string("EIO=4&transport=polling"), mine}) {
    const auto peer = upgrade(query);
    EXPECT_THAT(peer->take(), ElementsAre("close", "end")) << query;
  }
  EXPECT_EQ(engine.session_count(), 1u);
  EXPECT_TRUE(session->open());
}

TEST_F(EioServer, E31_tells_a_websocket_that_did_not_pong_behind_what_is_queued) {
  const auto peer = upgrade("EIO=4&transport=websocket");
  peer->take();
  pass(limits::ping_interval + milliseconds(10));
  EXPECT_THAT(peer->take(), ElementsAre("2"));
  session->send_text("queued");
  pass(limits::ping_timeout + milliseconds(10));
  EXPECT_EQ(handler.heard.back(), "ping timeout");
  EXPECT_THAT(peer->take(), ElementsAre("4queued", "close", "end"));
}

// --- the upgrade ---

TEST_F(EioServer, E24_loses_doubles_and_reorders_nothing_across_an_upgrade) {
  open();
  const auto peer = upgrade(mine_over_websocket);
  session->send_text("1");
  peer->text("2probe");
  EXPECT_THAT(peer->take(), ElementsAre("3probe"));
  EXPECT_EQ(poll()->body(), "41") << "a poll takes what waits, also while a websocket probes";
  session->send_text("2");
  session->send_binary("3");
  EXPECT_EQ(ask(mine, "POST", "4up")->body(), "ok") << "and posts go on";
  struct Upgraded final : SessionHandler {
    void on_message(Session&, std::string_view, bool) override {}
    void on_close(Session&, CloseReason) override {}
    void on_upgrade(Session& own) override { own.send_text("4"); }
  } upgraded;
  session->set_handler(upgraded);
  peer->text("5");
  EXPECT_THAT(peer->take(), ElementsAre("42", "binary 3", "44"));
  session->set_handler(handler);
  EXPECT_EQ(session->transport(), TransportName::websocket);
  peer->text("4down");
  run_turns(loop);
  EXPECT_THAT(handler.heard, ElementsAre("drained", "text up", "text down"));
}

TEST_F(EioServer, lets_polls_go_ten_times_a_second_while_a_websocket_probes) {
  open();
  const auto peer = upgrade(mine_over_websocket);
  const FakeExchange* hanging = poll();
  pass(milliseconds(110));
  EXPECT_TRUE(hanging->waiting()) << "the probe has not come yet";
  peer->text("2probe");
  run_turns(loop);
  for (int i = 0; i < 3; ++i) {
    pass(milliseconds(110));
    EXPECT_EQ(hanging->body(), "6") << i;
    hanging = poll();
  }
  peer->text("5");
  run_turns(loop);
  EXPECT_EQ(hanging->body(), "1") << "the one that hangs at the switch";
}

TEST_F(EioServer, answers_3_to_polls_after_the_upgrade) {
  open();
  const auto peer = upgrade(mine_over_websocket);
  peer->text("5");
  run_turns(loop);
  EXPECT_EQ(poll()->body(), R"({"code":3,"message":"Bad request"})");
  EXPECT_EQ(ask(mine, "POST", "4x")->body(), R"({"code":3,"message":"Bad request"})");
  EXPECT_TRUE(session->open());
}

TEST_F(EioServer, E24_accepts_and_closes_a_second_websocket_during_and_after_the_upgrade) {
  open();
  const auto first = upgrade(mine_over_websocket);
  EXPECT_THAT(upgrade(mine_over_websocket)->take(), ElementsAre("close", "end"));
  first->text("2probe");
  EXPECT_THAT(first->take(), ElementsAre("3probe"));
  EXPECT_THAT(upgrade(mine_over_websocket)->take(), ElementsAre("close", "end"));
  first->text("5");
  run_turns(loop);
  EXPECT_THAT(upgrade(mine_over_websocket)->take(), ElementsAre("close", "end"));
  session->send_text("still here");
  EXPECT_THAT(first->take(), ElementsAre("4still here"));
}

TEST_F(EioServer, E24_polls_on_when_a_probe_fails_and_may_be_probed_again) {
  open();
  for (const char* wrong : {"4x", "2x"}) {
    const auto peer = upgrade(mine_over_websocket);
    peer->text(wrong);
    EXPECT_THAT(peer->take(), ElementsAre("close", "end")) << wrong;
  }
  const auto dying = upgrade(mine_over_websocket);
  dying->text("2probe");
  run_turns(loop);
  dying->socket->reset();
  run_turns(loop);
  session->send_text("polled");
  EXPECT_EQ(poll()->body(), "4polled");

  const auto peer = upgrade(mine_over_websocket);
  peer->text("2probe");
  peer->text("5");
  EXPECT_THAT(peer->take(), ElementsAre("3probe"));
  EXPECT_EQ(session->transport(), TransportName::websocket);
}

TEST_F(EioServer, gives_up_a_websocket_that_does_not_finish_the_upgrade_in_time) {
  open();
  const auto peer = upgrade(mine_over_websocket);
  peer->text("2probe");
  EXPECT_THAT(peer->take(), ElementsAre("3probe"));
  pass(limits::upgrade_timeout - milliseconds(100));
  EXPECT_THAT(peer->take(), IsEmpty());
  pass(milliseconds(220));
  EXPECT_THAT(peer->take(), ElementsAre("close", "end"));
  EXPECT_TRUE(session->open());
  const FakeExchange* hanging = poll();
  pass(milliseconds(220));
  EXPECT_TRUE(hanging->waiting()) << "nothing probes any more";
  EXPECT_THAT(handler.heard, IsEmpty());
}

TEST_F(EioServer, closes_the_probing_websocket_with_its_session) {
  open();
  const auto peer = upgrade(mine_over_websocket);
  peer->text("2probe");
  EXPECT_THAT(peer->take(), ElementsAre("3probe"));
  session->discard(CloseReason::forced_close);
  EXPECT_THAT(peer->take(), ElementsAre("close", "end"));
}

TEST_F(EioServer, closes_over_the_websocket_when_it_takes_over_a_session_that_is_closing) {
  open();
  const auto peer = upgrade(mine_over_websocket);
  peer->text("2probe");
  EXPECT_THAT(peer->take(), ElementsAre("3probe"));
  session->send_text("last");
  session->close(CloseReason::forced_close, loop.now());
  EXPECT_THAT(handler.heard, IsEmpty()) << "it waits for a poll";
  peer->text("5");
  EXPECT_THAT(peer->take(), ElementsAre("4last", "close", "end"));
  EXPECT_THAT(handler.heard, ElementsAre("forced close"));
}

// --- the end of the server ---

TEST_F(EioServer, F12_ends_all_sessions_at_once_and_says_that_it_restarts) {
  open();
  const FakeExchange* hanging = poll();
  const auto peer = upgrade("EIO=4&transport=websocket");
  peer->take();
  EXPECT_EQ(engine.session_count(), 2u);
  engine.close(CloseReason::server_shutting_down);
  EXPECT_EQ(hanging->body(), "1");
  EXPECT_THAT(peer->take(), ElementsAre("close 1012", "end"));
  EXPECT_EQ(engine.session_count(), 0u);
}

} // namespace
} // namespace wire::eio
