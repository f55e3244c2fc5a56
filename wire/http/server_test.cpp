#include "wire/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "wire/net/connection.h"
#include "wire/net/test_support.h"

namespace wire::http {
namespace {

using net::test::Client;
using net::test::run_turns;
using net::test::run_until;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// Does what the test says, and writes down what it hears.
struct Scripted final : Handler {
  std::function<void(Exchange&)> head, request, too_large, abort;
  std::vector<std::string> heard;

  void on_head(Exchange& exchange) override {
    if (head) head(exchange);
  }
  void on_request(Exchange& exchange) override {
    hear("request", exchange);
    request ? request(exchange) : exchange.respond({200, {}, "default"});
  }
  void on_too_large(Exchange& exchange) override {
    hear("too_large", exchange);
    if (too_large) too_large(exchange);
  }
  void on_abort(Exchange& exchange) override {
    hear("abort", exchange);
    if (abort) abort(exchange);
  }
  void hear(std::string what, Exchange& exchange) {
    heard.push_back(what.append(" ").append(exchange.request().target));
  }
};

std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

class HttpServer : public testing::Test {
 protected:
  void start(Options options = {}) {
    server = std::make_unique<Server>(loop, options);
    server->router().add("/a", handler);
    port = *server->listen("127.0.0.1", 0);
  }
  std::unique_ptr<Client> connect() const { return std::make_unique<Client>(Client::connect_to(port)); }
  bool until(const std::function<bool()>& done) { return run_until(loop, done); }
  std::string answer_to(Client& client, std::string_view end) {
    EXPECT_TRUE(until([&] {
      client.read();
      return client.received().ends_with(end) || client.ended() || client.was_reset();
    }));
    return client.take_received();
  }
  // All that comes until the server closes.
  std::string all_of(Client& client) {
    EXPECT_TRUE(until([&] {
      client.read();
      return client.ended() || client.was_reset();
    }));
    EXPECT_FALSE(client.was_reset());
    return client.take_received();
  }

  net::Loop loop;
  Scripted handler;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

TEST_F(HttpServer, answers_several_requests_of_a_connection) {
  start();
  const auto client = connect();
  for (int i = 0; i < 3; ++i) {
    client->send(get("/a"));
    const std::string answer = answer_to(*client, "default");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nDate: "));
    EXPECT_THAT(answer, EndsWith(" GMT\r\n\r\ndefault"));
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(HttpServer, knows_nothing_of_other_paths) {
  start();
  const auto client = connect();
  client->send(get("/b"));
  EXPECT_THAT(answer_to(*client, "Not Found\n"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  client->send(get("/a/../a"));
  EXPECT_THAT(answer_to(*client, "Not Found\n"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_TRUE(handler.heard.empty());
}

TEST_F(HttpServer, answers_pipelined_requests_in_order_each_when_the_one_before_is_answered) {
  start();
  std::vector<Exchange*> waiting;
  handler.request = [&](Exchange& exchange) { waiting.push_back(&exchange); };
  const auto client = connect();
  client->send(get("/a/1") + get("/a/2") + get("/a/3"));
  for (const std::string text : {"one", "two", "three"}) {
    ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
    run_turns(loop);
    ASSERT_EQ(waiting.size(), 1u) << "the next one waits";
    Exchange* exchange = waiting[0];
    waiting.clear();
    exchange->respond({200, {}, text});
    EXPECT_TRUE(waiting.empty()) << "it does not begin inside the answer";
    EXPECT_THAT(answer_to(*client, text), EndsWith(text));
  }
  EXPECT_THAT(handler.heard, testing::ElementsAre("request /a/1", "request /a/2", "request /a/3"));
}

TEST_F(HttpServer, answers_many_pipelined_requests_at_once) {
  start();
  handler.request = [](Exchange& exchange) { exchange.respond({200, {}, std::string(exchange.request().path) + ";"}); };
  const auto client = connect();
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += get("/a/" + std::to_string(i));
  client->send(requests);
  const std::string answers = answer_to(*client, "/a/1999;");
  std::size_t at = 0;
  for (int i = 0; i < 2000; ++i) {
    at = answers.find("/a/" + std::to_string(i) + ";", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(HttpServer, makes_who_does_not_read_the_answers_wait) {
  start();
  handler.request = [](Exchange& exchange) { exchange.respond({200, {}, std::string(100'000, 'x')}); };
  const auto client = connect();
  constexpr std::size_t requests = 1000; // 100 MB of answers
  std::string pipelined;
  for (std::size_t i = 0; i < requests; ++i) pipelined += get("/a");
  std::size_t sent = 0;
  for (int turn = 0; turn < 100; ++turn) {
    sent += client->send_some(std::string_view(pipelined).substr(sent));
    run_turns(loop, 1);
  }
  const std::size_t before = handler.heard.size();
  EXPECT_LT(before, requests / 2);
  run_turns(loop, 50);
  EXPECT_EQ(handler.heard.size(), before) << "nothing moves while nobody reads";
  ASSERT_TRUE(until([&] {
    sent += client->send_some(std::string_view(pipelined).substr(sent));
    client->read();
    client->take_received();
    return handler.heard.size() == requests;
  }));
}

TEST_F(HttpServer, tells_a_waiting_peer_to_go_on) {
  start();
  handler.request = [](Exchange& exchange) { exchange.respond({200, {}, std::string(exchange.request().body)}); };
  const auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(answer_to(*client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client->send("hello");
  EXPECT_THAT(answer_to(*client, "hello"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServer, H1_answers_a_broken_request_and_closes) {
  start();
  const auto client = connect();
  client->send("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" + get("/a"));
  EXPECT_THAT(all_of(*client), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(handler.heard.empty());
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(HttpServer, tells_the_handler_when_the_rest_of_its_request_is_broken) {
  start();
  const auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n");
  EXPECT_THAT(all_of(*client), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(handler.heard, testing::ElementsAre("abort /a"));
}

TEST_F(HttpServer, refuses_a_body_that_is_too_large_as_soon_as_it_knows) {
  start();
  handler.head = [](Exchange& exchange) { exchange.set_body_limit(10); };
  const auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  const std::string answer = all_of(*client);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(handler.heard, testing::ElementsAre("too_large /a"));
}

TEST_F(HttpServer, lets_the_handler_answer_a_body_that_is_too_large) {
  start();
  handler.too_large = [](Exchange& exchange) { exchange.respond({413, {{"Vary", "Origin"}}, {}}); };
  const auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\n\r\n" + std::string(900'000, 'x'));
  EXPECT_THAT(all_of(*client), StartsWith("HTTP/1.1 413 Payload Too Large\r\nVary: Origin\r\n"))
      << "the answer arrives though its body was on the way";
}

TEST_F(HttpServer, lets_the_handler_answer_before_the_body_came) {
  start();
  handler.head = [](Exchange& exchange) { exchange.respond({403, {}, "no"}); };
  const auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + get("/a"));
  EXPECT_THAT(all_of(*client), EndsWith("Connection: close\r\n\r\nno"));
  EXPECT_TRUE(handler.heard.empty());
}

TEST_F(HttpServer, tells_the_handler_that_the_peer_left) {
  start();
  Exchange* waiting = nullptr;
  handler.request = [&](Exchange& exchange) {
    exchange.context = &handler;
    waiting = &exchange;
  };
  handler.abort = [&](Exchange& exchange) {
    EXPECT_EQ(&exchange, waiting);
    EXPECT_EQ(exchange.context, &handler);
    EXPECT_EQ(exchange.request().header("host"), "a");
  };
  for (const bool reset : {false, true}) {
    handler.heard.clear();
    const auto client = connect();
    client->send(get("/a"));
    ASSERT_TRUE(until([&] { return handler.heard.size() == 1; }));
    reset ? client->reset() : client->close();
    ASSERT_TRUE(until([&] { return handler.heard.size() == 2; }));
    EXPECT_EQ(handler.heard[1], "abort /a");
    EXPECT_EQ(server->connections(), 0u);
  }
}

TEST_F(HttpServer, notices_that_the_peer_left_though_it_reads_no_more_of_it) {
  start();
  handler.request = [](Exchange&) {}; // hangs
  const auto client = connect();
  client->send(get("/a"));
  ASSERT_TRUE(until([&] { return handler.heard.size() == 1; }));
  client->send(std::string(limits::pipelined_bytes_max + 1000, 'x'));
  run_turns(loop);
  client->send("never read");
  client->close();
  ASSERT_TRUE(until([&] { return handler.heard.size() == 2; }));
  EXPECT_EQ(handler.heard[1], "abort /a");
}

TEST_F(HttpServer, answers_a_peer_that_has_finished_sending) {
  start();
  const auto client = connect();
  client->send(get("/a"));
  client->finish();
  EXPECT_THAT(all_of(*client), EndsWith("default"));
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(HttpServer, H2_closes_slow_peers_by_its_timers) {
  Options options;
  options.header_read_timeout = options.body_rate_grace = options.keep_alive_timeout = milliseconds(20);
  start(options);
  const auto silent = connect(), head = connect(), body = connect(), idle = connect();
  head->send("GET /a HTT");
  body->send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx");
  idle->send(get("/a"));
  EXPECT_EQ(all_of(*silent), "");
  EXPECT_THAT(all_of(*head), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(all_of(*body), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(all_of(*idle), EndsWith("default"));
  EXPECT_THAT(handler.heard, testing::UnorderedElementsAre("abort /a", "request /a"));
  EXPECT_EQ(server->connections(), 0u);
}

// --- upgrades and other ways out ---

struct Echo final : net::ConnectionHandler {
  std::shared_ptr<net::Connection> connection;
  std::string received;
  bool closed = false;
  void on_bytes(std::span<char> bytes) override { received.append(bytes.data(), bytes.size()); }
  void on_closed(net::CloseCause) override { closed = true; }
};

TEST_F(HttpServer, gives_a_connection_away_with_what_came_behind_the_request) {
  start();
  Echo echo;
  handler.request = [&](Exchange& exchange) {
    EXPECT_TRUE(exchange.request().upgrade);
    echo.connection = exchange.upgrade("HTTP/1.1 101 Switching Protocols\r\n\r\n", echo.received);
    echo.connection->set_handler(echo);
  };
  const auto client = connect();
  client->send(get("/a", "Connection: upgrade\r\nUpgrade: websocket\r\n") + "glued");
  EXPECT_EQ(answer_to(*client, "\r\n\r\n"), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  EXPECT_EQ(echo.received, "glued");
  EXPECT_EQ(server->connections(), 0u);
  client->send(" more");
  ASSERT_TRUE(until([&] { return echo.received == "glued more"; }));
  client->close();
  EXPECT_TRUE(until([&] { return echo.closed; }));
}

TEST_F(HttpServer, gives_a_connection_away_later_also_when_its_buffer_was_full) {
  start();
  Exchange* waiting = nullptr;
  handler.request = [&](Exchange& exchange) { waiting = &exchange; };
  const auto client = connect();
  client->send(get("/a", "Connection: upgrade\r\nUpgrade: websocket\r\n"));
  const std::string behind(300'000, 'x');
  std::size_t sent = 0;
  ASSERT_TRUE(until([&] {
    sent += client->send_some(std::string_view(behind).substr(sent));
    return waiting && sent > 100'000;
  }));
  Echo echo;
  loop.post([&] {
    echo.connection = waiting->upgrade("101", echo.received);
    echo.connection->set_handler(echo);
  });
  EXPECT_TRUE(until([&] {
    sent += client->send_some(std::string_view(behind).substr(sent));
    return echo.received.size() == behind.size();
  }));
  echo.connection->abort();
}

TEST_F(HttpServer, H15_survives_a_reset_around_an_upgrade) {
  start();
  std::vector<std::unique_ptr<Echo>> echoes;
  handler.request = [&](Exchange& exchange) {
    auto echo = std::make_unique<Echo>();
    echo->connection = exchange.upgrade("101", echo->received);
    echo->connection->set_handler(*echo);
    echoes.push_back(std::move(echo));
  };
  const std::string request = get("/a", "Connection: upgrade\r\nUpgrade: websocket\r\n");
  for (std::size_t cut = 0; cut <= request.size(); cut += 7) {
    const auto client = connect();
    client->send(request.substr(0, cut));
    run_turns(loop, static_cast<int>(cut % 3));
    client->reset();
  }
  EXPECT_TRUE(until([&] {
    return server->connections() == 0 &&
           std::all_of(echoes.begin(), echoes.end(), [](const auto& echo) { return echo->closed; });
  }));
}

TEST_F(HttpServer, writes_raw_answers_and_closes) {
  start();
  handler.request = [](Exchange& exchange) { exchange.respond_raw("HTTP/1.1 400 Bad Request\r\n\r\nraw"); };
  const auto client = connect();
  client->send(get("/a") + get("/a"));
  EXPECT_EQ(all_of(*client), "HTTP/1.1 400 Bad Request\r\n\r\nraw");
  EXPECT_EQ(handler.heard.size(), 1u);
}

TEST_F(HttpServer, drops_an_exchange_without_an_answer) {
  start();
  handler.request = [](Exchange& exchange) { exchange.abort(); };
  const auto client = connect();
  client->send(get("/a"));
  EXPECT_EQ(all_of(*client), "");
  EXPECT_THAT(handler.heard, testing::ElementsAre("request /a"));
}

TEST_F(HttpServer, hands_a_request_over_to_the_server_of_another_loop) {
  start();
  net::Loop other_loop(1);
  Server other(other_loop);
  Scripted other_handler;
  std::thread::id answered_in;
  other_handler.request = [&](Exchange& exchange) {
    answered_in = std::this_thread::get_id();
    exchange.respond({200, {}, "other:" + std::string(exchange.request().body)});
  };
  other.router().add("/a", other_handler);
  handler.head = [&](Exchange& exchange) {
    if (exchange.request().query == "other") exchange.hand_over(other);
  };
  std::thread other_thread([&] { other_loop.run(); });

  const auto client = connect();
  // The answer before it must leave first, and the one behind it is the other's as well.
  client->send(get("/a") + "POST /a?other HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
  EXPECT_THAT(answer_to(*client, "default"), EndsWith("default"));
  client->send("dy");
  EXPECT_THAT(answer_to(*client, "other:body"), EndsWith("other:body"));
  client->send(get("/a"));
  EXPECT_THAT(answer_to(*client, "other:"), EndsWith("other:"));
  EXPECT_EQ(server->connections(), 0u);

  other_loop.post([&] {
    EXPECT_EQ(other.connections(), 1u);
    other.close();
  });
  other_loop.stop();
  other_thread.join();
  EXPECT_NE(answered_in, std::thread::id());
  EXPECT_NE(answered_in, std::this_thread::get_id());
}

TEST_F(HttpServer, distributes_connections_over_loops_in_turn) {
  start();
  net::Loop second_loop(1);
  Server second(second_loop);
  second.router().add("/a", handler);
  server->set_distributor({server.get(), &second});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(connect());
  ASSERT_TRUE(until([&] { return server->connections() == 3; }));
  run_turns(loop);
  ASSERT_TRUE(run_until(second_loop, [&] { return second.connections() == 3; }));
}

// --- the end ---

TEST_F(HttpServer, ends_in_order) {
  start();
  Exchange* waiting = nullptr;
  handler.request = [&](Exchange& exchange) {
    if (exchange.request().target == "/a/slow") {
      waiting = &exchange;
    } else {
      exchange.respond({});
    }
  };
  const auto idle = connect(), busy = connect(), half = connect();
  idle->send(get("/a"));
  busy->send(get("/a/slow"));
  half->send("GET /a HT");
  ASSERT_TRUE(until([&] { return waiting && handler.heard.size() == 2; }));
  run_turns(loop);
  server->stop_listening();
  server->close_idle();
  EXPECT_THAT(all_of(*idle), HasSubstr("200 OK"));
  run_turns(loop);
  EXPECT_EQ(server->connections(), 2u);
  waiting->respond({});
  EXPECT_THAT(all_of(*busy), HasSubstr("Connection: close"));
  half->send("TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(all_of(*half), HasSubstr("Connection: close"));
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(HttpServer, tells_the_handlers_when_it_drops_all_connections) {
  start();
  handler.request = [](Exchange&) {};
  const auto waiting = connect(), idle = connect();
  waiting->send(get("/a"));
  ASSERT_TRUE(until([&] { return handler.heard.size() == 1 && server->connections() == 2; }));
  server->close();
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_THAT(handler.heard, testing::ElementsAre("request /a", "abort /a"));
  all_of(*waiting);
  all_of(*idle);
}

TEST_F(HttpServer, can_be_closed_by_a_handler) {
  start();
  handler.request = [&](Exchange&) { server->close(); };
  const auto client = connect();
  client->send(get("/a") + get("/a"));
  all_of(*client);
  EXPECT_THAT(handler.heard, testing::ElementsAre("request /a", "abort /a"));
}

TEST_F(HttpServer, goes_without_a_word_to_handlers_that_may_be_gone) {
  start();
  auto gone = std::make_unique<Scripted>();
  Exchange* waiting = nullptr;
  gone->request = [&](Exchange& exchange) { waiting = &exchange; };
  server->router().add("/gone", *gone);
  const auto client = connect();
  client->send(get("/gone"));
  ASSERT_TRUE(until([&] { return waiting != nullptr; }));
  gone.reset();
  server.reset();
  all_of(*client);
}

} // namespace
} // namespace wire::http
