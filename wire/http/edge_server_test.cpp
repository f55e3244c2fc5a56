// Whose connections a server takes, and on whose behalf: addresses, trusted proxies, the PROXY protocol.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wire/http/message_codec.h"
#include "wire/http/server.h"
#include "wire/net/test_support.h"
#include "wire/net/test_tls.h"

namespace wire::http {
namespace {

using net::test::Client;
using testing::HasSubstr;
using testing::StartsWith;

struct TellsAddress final : Handler {
  void on_request(Exchange& exchange) override {
    const Peer& peer = exchange.request().peer;
    const std::string text = "for " + std::string(peer.address) + (peer.secure ? " over TLS" : "") + ".";
    if (exchange.request().path == "/a") return exchange.respond({200, {}, text});
    std::string leftover;
    upgraded = exchange.upgrade("HTTP/1.1 101 Switching Protocols\r\n\r\n" + text, leftover);
  }
  std::shared_ptr<net::Connection> upgraded;
};

class HttpServerEdge : public testing::Test {
 protected:
  void start(Options options, ListenOptions listening = {}) {
    server = std::make_unique<Server>(loop, std::move(options));
    server->router().add("/a", handler);
    server->router().add("/upgrade", handler);
    port = *server->listen("127.0.0.1", 0, std::move(listening));
  }
  static Options with_limit(std::size_t most) {
    Options options;
    options.connections_per_address_max = most;
    return options;
  }
  static AddressRanges loopback() { return AddressRanges({*AddressRange::parse("127.0.0.0/8")}); }

  std::unique_ptr<Client> connect() const { return std::make_unique<Client>(Client::connect_to(port)); }
  // From another address of the loopback network.
  std::unique_ptr<Client> connect_from(const char* address) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{}, there{};
    own.sin_family = there.sin_family = AF_INET;
    check(::inet_pton(AF_INET, address, &own.sin_addr) == 1, "an address");
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0, "bind");
    check(::connect(fd, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0, "connect");
    return std::make_unique<Client>(fd);
  }
  bool until(const std::function<bool()>& done) { return net::test::run_until(loop, done); }
  std::string ask(Client& client, std::string_view headers = {}, std::string_view path = "/a") {
    client.send(std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(headers).append("\r\n"));
    EXPECT_TRUE(until([&] {
      client.read();
      return client.ended() || client.was_reset() || client.received().ends_with(".");
    }));
    return client.take_received();
  }

  net::Loop loop;
  TellsAddress handler;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

TEST_F(HttpServerEdge, takes_N_connections_of_an_address_and_tells_429_to_one_more_R1) {
  start(with_limit(2));
  const auto first = connect();
  auto second = connect();
  EXPECT_THAT(ask(*first), HasSubstr("for 127.0.0.1."));
  EXPECT_THAT(ask(*second), StartsWith("HTTP/1.1 200 "));
  const std::string refusal = ask(*connect());
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_THAT(refusal, HasSubstr("Retry-After: 5\r\n"));
  EXPECT_THAT(ask(*connect_from("127.0.0.2")), HasSubstr("for 127.0.0.2.")) << "another address is not concerned";
  EXPECT_EQ(server->counters().of_full_addresses, 1u);
  second.reset();
  ASSERT_TRUE(until([&] { return server->connections() == 1; }));
  EXPECT_THAT(ask(*connect()), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerEdge, answers_some_of_those_who_flood_from_one_address_and_closes_the_others) {
  start(with_limit(1));
  const auto only = connect();
  EXPECT_THAT(ask(*only), StartsWith("HTTP/1.1 200 "));
  std::vector<std::unique_ptr<Client>> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(connect());
  ASSERT_TRUE(until([&] { return server->counters().of_full_addresses == flood.size(); }));
  EXPECT_THAT(ask(*connect_from("127.0.0.2")), StartsWith("HTTP/1.1 200 ")) << "accepting does not pause for it";
  EXPECT_LE(server->connection_limit().taken(), 2u + 2 * limits::addresses_told_per_second_max);
}

TEST_F(HttpServerEdge, keeps_an_address_s_place_for_a_connection_that_becomes_another_protocol) {
  start(with_limit(1));
  const auto client = connect();
  EXPECT_THAT(ask(*client, {}, "/upgrade"), StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(ask(*connect()), StartsWith("HTTP/1.1 429 "));
  EXPECT_EQ(server->addresses(), 1u);
  handler.upgraded->abort();
  EXPECT_EQ(server->addresses(), 0u);
}

TEST_F(HttpServerEdge, believes_trusted_proxies_about_whom_they_speak_for_and_nobody_else_R1) {
  start({});
  EXPECT_THAT(ask(*connect(), "X-Forwarded-For: 203.0.113.7\r\n"), HasSubstr("for 127.0.0.1."));
  Options options;
  options.trusted_proxies = AddressRanges({*AddressRange::parse("127.0.0.1")});
  start(std::move(options));
  const auto proxy = connect();
  EXPECT_THAT(ask(*proxy, "X-Forwarded-For: 1.2.3.4, 203.0.113.7\r\n"), HasSubstr("for 203.0.113.7."));
  EXPECT_THAT(ask(*proxy, "X-Forwarded-For: 203.0.113.8\r\n"), HasSubstr("for 203.0.113.8.")) << "each request anew";
  EXPECT_THAT(ask(*proxy), HasSubstr("for 127.0.0.1."));
  EXPECT_THAT(ask(*connect_from("127.0.0.2"), "X-Forwarded-For: 203.0.113.7\r\n"), HasSubstr("for 127.0.0.2."));
}

TEST_F(HttpServerEdge, counts_a_proxy_s_connection_for_the_client_of_its_last_request) {
  Options options = with_limit(1);
  options.trusted_proxies = loopback();
  start(std::move(options));
  const auto first = connect(), second = connect(), third = connect();
  EXPECT_THAT(ask(*first, "X-Forwarded-For: 203.0.113.7\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(*first, "X-Forwarded-For: 203.0.113.7\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(*second, "X-Forwarded-For: 203.0.113.7\r\n"), StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(ask(*first, "X-Forwarded-For: 203.0.113.8\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(*third, "X-Forwarded-For: 203.0.113.7\r\n"), StartsWith("HTTP/1.1 200 "))
      << "its place is free again";
  EXPECT_THAT(ask(*third, "X-Forwarded-For: 203.0.113.8\r\n"), StartsWith("HTTP/1.1 429 "));
}

TEST_F(HttpServerEdge, takes_the_client_from_a_PROXY_header_H17) {
  Options options;
  options.trusted_proxies = loopback();
  start(std::move(options), {.proxy_protocol = true});
  const auto client = connect();
  client->send("PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\r\n");
  EXPECT_THAT(ask(*client), HasSubstr("for 203.0.113.7."));
  EXPECT_EQ(server->connection_limit().taken(), 1u);
}

TEST_F(HttpServerEdge, closes_who_says_no_PROXY_header_or_may_not_H17) {
  Options options;
  options.trusted_proxies = AddressRanges({*AddressRange::parse("127.0.0.2")});
  start(std::move(options), {.proxy_protocol = true});
  EXPECT_EQ(ask(*connect_from("127.0.0.2")), "");
  const auto stranger = connect();
  stranger->send("PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\r\n");
  EXPECT_EQ(ask(*stranger), "");
  EXPECT_EQ(server->counters().proxy_refused.at("no_header"), 1u);
  EXPECT_EQ(server->counters().proxy_refused.at("untrusted_peer"), 1u);
  EXPECT_EQ(server->connection_limit().taken(), 0u);
}

TEST_F(HttpServerEdge, ends_while_proxies_have_said_nothing_yet) {
  Options options;
  options.trusted_proxies = loopback();
  start(std::move(options), {.proxy_protocol = true});
  const auto silent = connect();
  ASSERT_TRUE(until([&] { return server->connection_limit().taken() == 1; }));
  server->close();
  EXPECT_TRUE(until([&] {
    silent->read();
    return (silent->ended() || silent->was_reset()) && server->connection_limit().taken() == 0;
  }));
}

class HttpServerTls : public HttpServerEdge {
 protected:
  HttpServerTls() {
    certificates.make("server");
    tls = *net::TlsContext::open({.certificate_file = certificates.path("server.crt"),
                                  .key_file = certificates.path("server.key"),
                                  .handshakes_per_second = 20});
  }
  // The answer to one request over TLS.
  std::string ask_over_tls(Client& client, std::string_view before = {}) {
    net::test::TlsClient talk;
    client.send(before);
    bool asked = false;
    EXPECT_TRUE(until([&] {
      client.send(talk.take_output());
      client.read();
      talk.receive(client.take_received());
      if (talk.established() && !std::exchange(asked, talk.established()))
        talk.write("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
      return talk.received().ends_with(".") || client.ended() || client.was_reset();
    }));
    return talk.received();
  }

  const net::test::Certificates certificates;
  std::shared_ptr<net::TlsContext> tls;
};

TEST_F(HttpServerTls, answers_over_TLS_and_behind_a_PROXY_header) {
  Options options;
  options.trusted_proxies = loopback();
  start(options, {.tls = tls});
  EXPECT_THAT(ask_over_tls(*connect()), HasSubstr("for 127.0.0.1 over TLS."));
  start(options, {.tls = tls, .proxy_protocol = true});
  EXPECT_THAT(ask_over_tls(*connect(), "PROXY TCP6 2001:db8::7 ::1 4711 443\r\n"),
              HasSubstr("for 2001:db8::7 over TLS."));
}

TEST_F(HttpServerTls, counts_handshakes_that_fail_and_says_nothing_in_plain_text) {
  start(with_limit(1), {.tls = tls});
  const auto plain = connect();
  EXPECT_THAT(ask(*plain), testing::Not(HasSubstr("HTTP")));
  EXPECT_EQ(server->counters().tls_failed, 1u);
  const auto holding = connect();
  ASSERT_TRUE(until([&] { return server->connections() == 1; }));
  EXPECT_EQ(ask(*connect()), "") << "too many of one address";
}

TEST_F(HttpServerTls, begins_no_more_handshakes_in_a_second_than_it_may_O2) {
  start({}, {.tls = tls});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 7; ++i) clients.push_back(connect());
  const TimePoint begin = Clock::now();
  ASSERT_TRUE(until([&] { return server->counters().accepted == clients.size(); }));
  EXPECT_GE(Clock::now() - begin, 3 * limits::tls_handshakes_window) << "two in each window";
}

} // namespace
} // namespace wire::http
