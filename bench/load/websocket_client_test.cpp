#include "bench/load/websocket_client.h"

#include <gtest/gtest.h>

#include <vector>

namespace load {
namespace {

using namespace std::string_literals;

const Target target{"localhost:3001", "/socket.io/", "/chat", Framing::websocket};
const std::string auth = R"({"token":"t"})";

struct RecordedEvents final : Client::Events {
  std::vector<std::string> seen;
  void on_connected() override { seen.push_back("connected"); }
  void on_ack(std::uint64_t id, std::string_view arguments) override {
    seen.push_back("ack " + std::to_string(id) + " " + std::string(arguments));
  }
  void on_event(std::string_view event) override { seen.push_back("event " + std::string(event)); }
};

std::string text_frame(std::string_view text) {
  return "\x81"s + static_cast<char>(text.size()) + std::string(text); // short texts only
}

std::string masked_text(std::string_view text) {
  std::string bytes;
  append_frame(bytes, Opcode::text, text);
  return bytes;
}

const std::string upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const std::string joined = upgraded + text_frame(R"(0{"sid":"s"})") + text_frame(R"(40/chat,{"sid":"i"})");

struct Played {
  std::vector<std::string> seen;
  std::string sent;
  std::string error;
  Client::State state;
};

Played play(const std::vector<std::string_view>& pieces) {
  WebSocketClient client(target, auth);
  client.out().clear(); // the request for the upgrade
  RecordedEvents events;
  std::string error;
  for (const std::string_view piece : pieces) {
    if (const auto read = client.on_bytes(piece, events); !read) {
      error = read.error();
      break;
    }
  }
  return {events.seen, client.out(), error, client.state()};
}

TEST(WebSocketClient, asks_for_a_websocket_as_the_stock_client_does) {
  WebSocketClient client(target, auth);
  EXPECT_TRUE(
      client.out().starts_with("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:3001\r\n"));
  EXPECT_TRUE(client.out().ends_with("\r\n\r\n"));
  EXPECT_EQ(client.state(), Client::State::upgrading);
}

TEST(WebSocketClient, joins_its_namespace_with_its_auth_once_the_session_is_open) {
  const auto opened = play({upgraded + text_frame(R"(0{"sid":"s"})")});
  EXPECT_EQ(opened.sent, masked_text(R"(40/chat,{"token":"t"})"));
  EXPECT_EQ(opened.state, Client::State::connecting);
  EXPECT_EQ(play({joined}).state, Client::State::connected);
}

TEST(WebSocketClient, understands_the_same_whether_bytes_come_together_one_by_one_or_cut_anywhere) {
  const std::string bytes = joined + text_frame(R"(42/chat,["msg",1])") + text_frame("2") + "\x89\x01p"s +
                            text_frame(R"(43/chat,7["x"])") + text_frame(R"(42/chat,["end"])");
  const std::vector<std::string> seen = {"connected", R"(event ["msg",1])", R"(ack 7 ["x"])", R"(event ["end"])"};
  std::string sent = masked_text(R"(40/chat,{"token":"t"})") + masked_text("3");
  append_frame(sent, Opcode::pong, "p");

  const auto expect_understood = [&](const std::vector<std::string_view>& pieces) {
    const auto played = play(pieces);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.seen, seen);
    EXPECT_EQ(played.sent, sent);
  };
  expect_understood({bytes});
  std::vector<std::string_view> one_by_one;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    one_by_one.push_back(std::string_view(bytes).substr(i, 1));
    expect_understood({std::string_view(bytes).substr(0, i), std::string_view(bytes).substr(i)});
  }
  expect_understood(one_by_one);
}

TEST(WebSocketClient, tells_the_answer_of_a_server_that_refuses_the_upgrade) {
  const auto played = play({"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{\"code\":0}"});
  EXPECT_EQ(played.error, "no WebSocket handshake: HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{\"code\":0}");
}

TEST(WebSocketClient, tells_why_it_cannot_go_on) {
  const std::string open = upgraded + text_frame("0{}");
  EXPECT_EQ(play({open + text_frame(R"(44/chat,{"message":"no"})")}).error,
            R"(the server refused the namespace: {"message":"no"})");
  EXPECT_EQ(play({joined + "\x88\x04\x03\xf1ha"s}).error, "the server closed the connection with code 1009 ha");
  EXPECT_EQ(play({joined + "\x88\x00"s}).error, "the server closed the connection without a code");
  EXPECT_EQ(play({joined + text_frame("41/chat,")}).error, "the server disconnected the namespace");
  EXPECT_EQ(play({joined + text_frame("1")}).error, "the server closed the Engine.IO session");
  EXPECT_EQ(play({joined + text_frame("9")}).error, "packet of an unknown type: 9");
  EXPECT_EQ(play({joined + "\x01\x00"s}).error, "the server sent a fragmented message");
  EXPECT_EQ(play({open + text_frame(R"(40{"sid":"of another namespace"})")}).error, "an unexpected CONNECT");
}

TEST(WebSocketClient, leaves_as_the_stock_client_does_and_waits_for_the_close_of_the_server) {
  WebSocketClient client(target, auth);
  RecordedEvents events;
  ASSERT_TRUE(client.on_bytes(joined, events));
  client.out().clear();
  client.leave();
  EXPECT_EQ(client.out(), masked_text("41/chat,") + "\x88\x80\0\0\0\0"s);
  ASSERT_TRUE(client.on_bytes(text_frame(R"(42/chat,["late"])"), events));
  EXPECT_EQ(client.state(), Client::State::leaving);
  ASSERT_TRUE(client.on_bytes("\x88\x00"s, events));
  EXPECT_EQ(client.state(), Client::State::closed);
  EXPECT_EQ(events.seen, std::vector<std::string>{"connected"});
}

} // namespace
} // namespace load
