// How many connections a server takes, and what it counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "wire/http/server.h"
#include "wire/net/connection.h"
#include "wire/net/test_support.h"

namespace wire::http {
namespace {

using net::test::Client;
using net::test::run_turns;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

struct Upgrading final : Handler {
  std::shared_ptr<net::Connection> upgraded;
  void on_request(Exchange& exchange) override {
    if (exchange.request().path != "/a/upgrade") return exchange.respond({200, {}, "here"});
    std::string leftover;
    upgraded = exchange.upgrade("HTTP/1.1 101 Switching Protocols\r\n\r\n", leftover);
  }
};

class HttpServerLimits : public testing::Test {
 protected:
  void start(std::size_t connections_max) {
    Options options;
    options.connections_max = connections_max;
    options.body_bytes_max = 10;
    server = std::make_unique<Server>(loop, options);
    server->router().add("/a", handler);
    port = *server->listen("127.0.0.1", 0);
  }
  std::unique_ptr<Client> connect() const { return std::make_unique<Client>(Client::connect_to(port)); }
  bool until(const std::function<bool()>& done) { return net::test::run_until(loop, done); }
  // What comes to one request, until the server hangs up or has said "here".
  std::string ask(Client& client, std::string_view target = "/a") {
    client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(until([&] {
      client.read();
      return client.ended() || client.was_reset() || client.received().ends_with("here") ||
             client.received().starts_with("HTTP/1.1 101");
    }));
    return client.take_received();
  }

  net::Loop loop;
  Upgrading handler;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

TEST_F(HttpServerLimits, N_connections_are_served_and_one_more_is_told_503_until_one_of_them_leaves) {
  start(2);
  const auto first = connect();
  auto second = connect();
  EXPECT_THAT(ask(*first), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(*second), StartsWith("HTTP/1.1 200 "));
  const std::string refusal = ask(*connect());
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(refusal, HasSubstr("Retry-After: 5\r\n"));
  EXPECT_THAT(refusal, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(ask(*first), StartsWith("HTTP/1.1 200 ")) << "who is connected is served on (threats D1)";
  second.reset();
  ASSERT_TRUE(until([&] { return server->connections() == 1; }));
  EXPECT_THAT(ask(*connect()), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server->counters().accepted, 3u);
  EXPECT_EQ(server->counters().turned_away, 1u);
}

TEST_F(HttpServerLimits, accepting_pauses_after_some_were_turned_away) {
  start(1);
  const auto only = connect();
  EXPECT_THAT(ask(*only), StartsWith("HTTP/1.1 200 "));
  std::vector<std::unique_ptr<Client>> more;
  for (int i = 0; i < 100; ++i) more.push_back(connect());
  const TimePoint begin = Clock::now();
  ASSERT_TRUE(until([&] { return server->counters().turned_away >= 2 * limits::turned_away_at_once_max; }));
  EXPECT_GE(Clock::now() - begin, limits::turned_away_pause);
  EXPECT_LT(server->counters().turned_away, 100u);
}

TEST_F(HttpServerLimits, a_connection_keeps_its_place_when_it_becomes_another_protocol) {
  start(1);
  const auto client = connect();
  EXPECT_THAT(ask(*client, "/a/upgrade"), StartsWith("HTTP/1.1 101 "));
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_EQ(server->connection_limit().taken(), 1u);
  EXPECT_THAT(ask(*connect()), StartsWith("HTTP/1.1 503 "));
  handler.upgraded->abort();
  EXPECT_EQ(server->connection_limit().taken(), 0u);
}

TEST_F(HttpServerLimits, a_connection_keeps_its_place_when_it_goes_to_another_loop) {
  start(1);
  net::Loop second_loop(1);
  Server second(second_loop);
  second.router().add("/a", handler);
  server->set_distributor({&second});
  auto client = connect();
  ASSERT_TRUE(until([&] { return server->counters().accepted == 1; }));
  ASSERT_TRUE(net::test::run_until(second_loop, [&] { return second.connections() == 1; }));
  EXPECT_EQ(server->connection_limit().taken(), 1u);
  client.reset();
  ASSERT_TRUE(net::test::run_until(second_loop, [&] { return second.connections() == 0; }));
  EXPECT_EQ(server->connection_limit().taken(), 0u);
}

TEST_F(HttpServerLimits, what_is_refused_is_counted_by_its_status) {
  start(10);
  for (const char* bytes : {"GET /nobody HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "broken\r\n\r\n",
                            "GET / HTTP/1.1\nHost: a\n", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"}) {
    const auto client = connect();
    client->send(bytes);
    client->finish();
    EXPECT_TRUE(until([&] {
      client->read();
      return client->ended() || client->was_reset();
    }));
  }
  EXPECT_THAT(ask(*connect()), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server->counters().requests, 3u);
  EXPECT_THAT(server->counters().refused, ElementsAre(Pair(400, 2), Pair(404, 1), Pair(413, 1)));
}

} // namespace
} // namespace wire::http
