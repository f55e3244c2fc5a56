#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "wire/eio/test_server.h"

namespace wire::eio {
namespace {

using test::RunningServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// --- cookie ---

TEST(EioServerOptions, the_cookie_comes_with_the_answer_that_opens_over_polling_and_with_no_other) {
  ServerOptions options;
  options.cookie.emplace();
  RunningServer server(options);
  const std::string opened = server.answer(test::polling);
  const std::string sid = test::sid_of(opened);
  EXPECT_THAT(opened, HasSubstr("Set-Cookie: io=" + sid + "; Path=/; HttpOnly; SameSite=Lax\r\n"));
  server.last.session->send_text("x");
  EXPECT_THAT(server.answer(test::polling_with(sid)), Not(HasSubstr("Set-Cookie")));

  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(test::websocket));
  EXPECT_THAT(server.read_until(*client, "maxPayload"), Not(HasSubstr("Set-Cookie")));
}

TEST(EioServerOptions, no_cookie_is_set_unless_it_is_asked_for) {
  RunningServer server({});
  EXPECT_THAT(server.answer(test::polling), Not(HasSubstr("Set-Cookie")));
}

TEST(EioServerOptions, a_cookie_that_cannot_be_sent_is_refused_before_the_server_starts_E21) {
  ServerOptions options;
  options.cookie.emplace();
  options.cookie->path = "/\r\nX: y";
  net::Loop loop;
  EXPECT_THROW(Server server(loop, options), std::invalid_argument);
}

// --- node ---

TEST(EioServerOptions, a_session_names_its_node_and_another_node_says_whose_it_is) {
  ServerOptions options;
  options.node = "east";
  RunningServer server(options);
  const std::string sid = test::sid_of(server.answer(test::polling));
  EXPECT_THAT(sid, testing::EndsWith("Aeast"));
  server.last.session->send_text("x");
  EXPECT_THAT(server.answer(test::polling_with(sid)), HasSubstr("\r\n\r\n4x"));

  const std::string elsewhere = "abcdefghijklmnopqr-_Awest";
  EXPECT_THAT(test::body_of(server.answer(test::polling_with(elsewhere))),
              StartsWith(R"({"code":1,"message":"Session ID unknown","remedy":"The session is on the node west, and )"
                         R"(this is east. )"));
  for (const std::string gone : {"abcdefghijklmnopqr-_Aeast", "abcdefghijklmnopqr-_"}) {
    EXPECT_EQ(test::body_of(server.answer(test::polling_with(gone))), R"({"code":1,"message":"Session ID unknown"})");
  }
}

// --- initial_packet, allow_upgrades ---

TEST(EioServerOptions, the_initial_packet_comes_behind_the_open_packet_over_both_transports) {
  ServerOptions options;
  options.initial_packet = "welcome";
  RunningServer server(options);
  EXPECT_THAT(test::body_of(server.answer(test::polling)), testing::EndsWith("}\x1e"
                                                                             "4welcome"));
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(test::websocket));
  EXPECT_THAT(server.read_until(*client, "4welcome"), testing::EndsWith("}\x81\x08"
                                                                        "4welcome"));
}

TEST(EioServerOptions, without_upgrades_none_is_offered_and_none_is_let_through) {
  ServerOptions options;
  options.allow_upgrades = false;
  RunningServer server(options);
  const std::string opened = server.answer(test::polling);
  EXPECT_THAT(opened, HasSubstr(R"("upgrades":[])"));
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(std::string(test::websocket) + "&sid=" + test::sid_of(opened)));
  EXPECT_THAT(server.read_until(*client, std::string_view("\x88\x00", 2)), StartsWith("HTTP/1.1 101"));
  EXPECT_EQ(server.last.session->transport(), TransportName::polling);
}

// --- middlewares ---

TEST(EioServerOptions, every_request_passes_the_middlewares_in_their_order) {
  RunningServer server({});
  std::vector<std::string> passed;
  for (const char* name : {"first", "second"}) {
    server.engine.use([&passed, name](const http::Request& request, AllowReply reply) {
      passed.push_back(std::string(name).append(" ").append(request.method));
      reply.allow();
    });
  }
  const std::string sid = test::sid_of(server.answer(test::polling));
  server.last.session->send_text("x");
  server.answer(test::polling_with(sid));
  EXPECT_THAT(server.answer(test::polling_with(sid), "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 200"));
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(test::websocket));
  server.read_until(*client, "maxPayload");
  EXPECT_THAT(passed, ElementsAre("first GET", "second GET", "first GET", "second GET", "first POST", "second POST",
                                  "first GET", "second GET"));
}

TEST(EioServerOptions, what_a_middleware_refuses_is_error_3_and_goes_no_further) {
  RunningServer server({});
  bool reached = false;
  server.engine.use([](const http::Request&, AllowReply reply) { reply.refuse("a secret reason"); });
  server.engine.use([&](const http::Request&, AllowReply reply) {
    reached = true;
    reply.allow();
  });
  const std::string refused = server.answer(test::polling);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(test::body_of(refused), R"({"code":3,"message":"Bad request"})");
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(test::websocket));
  const std::string upgrade = server.read_until(*client, "\r\n\r\nBad request");
  EXPECT_THAT(upgrade, StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(test::body_of(upgrade), "Bad request");
  EXPECT_FALSE(reached);
  EXPECT_EQ(server.engine.session_count(), 0u);
}

TEST(EioServerOptions, a_middleware_may_answer_later) {
  RunningServer server({});
  std::optional<AllowReply> pending;
  server.engine.use([&](const http::Request&, AllowReply reply) { pending.emplace(std::move(reply)); });
  const auto client = server.connect();
  client->send(RunningServer::request(test::polling));
  ASSERT_TRUE(server.until([&] { return pending.has_value(); }));
  EXPECT_EQ(server.engine.session_count(), 0u);
  pending->allow();
  EXPECT_THAT(server.read_until(*client, "maxPayload"), StartsWith("HTTP/1.1 200"));
}

TEST(EioServerOptions, an_answer_for_a_client_that_left_changes_nothing) {
  RunningServer server({});
  std::optional<AllowReply> pending;
  server.engine.use([&](const http::Request&, AllowReply reply) { pending.emplace(std::move(reply)); });
  auto client = server.connect();
  client->send(RunningServer::request(test::polling));
  ASSERT_TRUE(server.until([&] { return pending.has_value(); }));
  client->reset();
  ASSERT_TRUE(server.until([&] { return server.http.connections() == 0; }));
  pending->allow();
  EXPECT_EQ(server.engine.session_count(), 0u);
}

TEST(EioServerOptions, a_post_that_a_middleware_refuses_leaves_its_session_alive) {
  RunningServer server({});
  server.engine.use([](const http::Request& request, AllowReply reply) {
    request.body == "4no" ? reply.refuse("no") : reply.allow();
  });
  const std::string at = test::polling_with(test::sid_of(server.answer(test::polling)));
  for (const char* body : {"4no", "4ok"}) {
    const auto client = server.connect();
    client->send(RunningServer::request(at, "Content-Length: 3\r\n", "POST") + body);
    EXPECT_THAT(server.read_until(*client, "\r\n\r\n"),
                StartsWith(std::string_view(body) == "4no" ? "HTTP/1.1 400" : "HTTP/1.1 200"));
  }
}

TEST(EioServerOptions, a_second_post_ends_the_first_also_while_a_middleware_thinks_about_it) {
  RunningServer server({});
  std::optional<AllowReply> pending;
  server.engine.use([&](const http::Request& request, AllowReply reply) {
    request.method == "POST" ? (void)pending.emplace(std::move(reply)) : reply.allow();
  });
  const std::string at = test::polling_with(test::sid_of(server.answer(test::polling)));
  const auto first = server.connect(), second = server.connect();
  first->send(RunningServer::request(at, "Content-Length: 3\r\n", "POST") + "4ab");
  ASSERT_TRUE(server.until([&] { return pending.has_value(); }));
  second->send(RunningServer::request(at, "Content-Length: 3\r\n", "POST") + "4cd");
  EXPECT_THAT(server.read_until(*second, "\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  pending->allow(); // the request that it speaks of is gone
  EXPECT_EQ(server.read_until(*first, "HTTP"), "");
  EXPECT_EQ(server.last.session, nullptr);
}

// --- on_connection_error ---

class ConnectionErrors : public testing::Test {
 protected:
  ConnectionErrors() {
    server.engine.on_connection_error([this](const ConnectionError& error) {
      heard = std::to_string(static_cast<int>(error.code)).append(" ").append(error.message);
      heard.append(": ").append(error.context);
    });
  }
  std::string error_of(std::string_view target, std::string_view headers = "", std::string_view method = "GET") {
    heard.clear();
    server.answer(target, headers, method);
    return heard;
  }
  static ServerOptions options() {
    ServerOptions options;
    options.allow_request = [](const http::Request& request, AllowReply reply) {
      request.query.find("deny") == std::string_view::npos ? reply.allow() : reply.refuse("not you");
    };
    options.refuse_origin = [](std::optional<std::string_view> origin) -> std::optional<std::string> {
      if (origin == "http://evil.com") return "not from there";
      return std::nullopt;
    };
    return options;
  }
  RunningServer server{options()};
  std::string heard;
};

TEST_F(ConnectionErrors, are_told_with_what_was_asked_for) {
  EXPECT_EQ(error_of("/engine.io/?EIO=4&transport=tls"), "0 Transport unknown: tls");
  EXPECT_EQ(error_of("/engine.io/?EIO=4"), "0 Transport unknown: ");
  EXPECT_EQ(error_of("/engine.io/?EIO=4&transport=polling&sid=abc"), "1 Session ID unknown: abc");
  EXPECT_EQ(error_of(test::polling, "", "PUT"), "2 Bad handshake method: PUT");
  EXPECT_EQ(error_of("/engine.io/?EIO=3&transport=polling"), "5 Unsupported protocol version: 3");
  EXPECT_EQ(error_of("/engine.io/?EIO=4&transport=polling&deny=1"), "4 not you: not you");
  EXPECT_EQ(error_of(test::polling, "Origin: http://evil.com\r\n"), "4 not from there: not from there");
}

TEST_F(ConnectionErrors, name_the_rule_that_a_bad_request_broke) {
  const std::string sid = test::sid_of(server.answer(test::polling));
  EXPECT_EQ(error_of("/engine.io/?EIO=4&transport=websocket"), "3 Bad request: TRANSPORT_HANDSHAKE_ERROR");
  EXPECT_EQ(error_of("/engine.io/?EIO=4&transport=websocket&sid=" + sid), "3 Bad request: TRANSPORT_MISMATCH");
  EXPECT_EQ(error_of("/engine.io/?EIO=3&transport=polling&sid=" + sid), "3 Bad request: PROTOCOL_MISMATCH");
  EXPECT_EQ(error_of("/engine.io/?EIO=4&EIO=4&transport=polling"), "3 Bad request: DUPLICATE_PARAMETER");
  server.engine.use([](const http::Request&, AllowReply reply) { reply.refuse("no"); });
  EXPECT_EQ(error_of(test::polling), "3 Bad request: MIDDLEWARE_FAILURE");
}

TEST_F(ConnectionErrors, are_told_of_upgrades_too) {
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(test::websocket, "Origin: http://evil.com\r\n"));
  server.read_until(*client, "not from there");
  EXPECT_EQ(heard, "4 not from there: not from there");
}

TEST_F(ConnectionErrors, E14_E20_are_told_of_a_foreign_origin_in_any_request_of_a_session_which_lives_on) {
  const std::string sid = test::sid_of(server.answer(test::polling, "Origin: http://good.com\r\n"));
  const std::string evil = "Origin: http://evil.com\r\n", refused = "4 not from there: not from there";
  EXPECT_EQ(error_of(test::polling_with(sid), evil), refused);
  EXPECT_EQ(error_of(test::polling_with(sid), evil + "Content-Length: 0\r\n", "POST"), refused);
  EXPECT_EQ(error_of(test::polling_with(sid), evil, "OPTIONS"), refused);
  heard.clear();
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(std::string(test::websocket).append("&sid=").append(sid), evil));
  server.read_until(*client, "not from there");
  EXPECT_EQ(heard, refused);
  EXPECT_EQ(server.engine.session_count(), 1u);
}

TEST(EioServerOptions, R2_a_handshake_that_comes_too_early_is_told_429_over_both_transports_and_sessions_go_on) {
  ServerOptions options;
  int left = 1;
  options.throttle_handshake = [&](const http::Request&) -> std::optional<Duration> {
    if (left-- > 0) return std::nullopt;
    return milliseconds(1500);
  };
  RunningServer server(options);
  std::vector<std::string> heard;
  server.engine.on_connection_error([&](const ConnectionError& error) { heard.emplace_back(to_string(error.code)); });
  const std::string sid = test::sid_of(server.answer(test::polling));
  const std::string refused = server.answer(test::polling);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 2\r\n"));
  EXPECT_EQ(test::body_of(refused), R"({"code":6,"message":"Too many requests"})");
  const auto client = server.connect();
  client->send(RunningServer::upgrade_request(test::websocket));
  const std::string upgrade = server.read_until(*client, "Too many requests");
  EXPECT_THAT(upgrade, StartsWith("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\n"));
  server.last.session->send_text("x");
  EXPECT_EQ(test::body_of(server.answer(test::polling_with(sid))), "4x") << "it is no handshake";
  EXPECT_THAT(heard, ElementsAre("Too many requests", "Too many requests"));
  EXPECT_EQ(left, -2) << "asked of handshakes alone";
}

TEST_F(ConnectionErrors, are_not_told_of_what_succeeds) { EXPECT_EQ(error_of(test::polling), ""); }

} // namespace
} // namespace wire::eio
