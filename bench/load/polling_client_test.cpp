#include "bench/load/polling_client.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace load {
namespace {

const Target target{"localhost:3001", "/socket.io/", "/", Framing::polling};

struct RecordedEvents final : Client::Events {
  std::vector<std::string> seen;
  void on_connected() override { seen.emplace_back("connected"); }
  void on_ack(std::uint64_t id, std::string_view arguments) override {
    seen.push_back("ack " + std::to_string(id) + " " + std::string(arguments));
  }
  void on_event(std::string_view event) override { seen.push_back("event " + std::string(event)); }
};

std::string response(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
std::string get(std::string_view query) {
  return "GET /socket.io/?EIO=4&transport=polling" + std::string(query) + " HTTP/1.1\r\nHost: localhost:3001\r\n\r\n";
}
std::string post(std::string_view body) {
  return "POST /socket.io/?EIO=4&transport=polling&sid=s HTTP/1.1\r\nHost: localhost:3001\r\n"
         "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(PollingClient, posts_what_it_has_to_say_and_polls_for_the_answer) {
  PollingClient client(target, "");
  RecordedEvents events;
  const auto sent = [&] { return std::exchange(client.out(), {}); };
  EXPECT_EQ(sent(), get(""));
  ASSERT_TRUE(client.on_bytes(response(R"(0{"sid":"s","upgrades":[]})"), events));
  EXPECT_EQ(sent(), post("40"));
  ASSERT_TRUE(client.on_bytes(response("ok"), events));
  EXPECT_EQ(sent(), get("&sid=s"));
  ASSERT_TRUE(client.on_bytes(response(R"(40{"sid":"i"})"), events));
  EXPECT_EQ(sent(), "") << "nobody has asked for anything yet";

  client.send_frame(R"(420["echo"])");
  EXPECT_EQ(sent(), post(R"(420["echo"])"));
  client.send_frame(R"(421["echo"])"); // waits for its turn
  EXPECT_EQ(sent(), "");
  const std::string ok = response("ok");
  for (std::size_t i = 0; i < ok.size(); ++i) ASSERT_TRUE(client.on_bytes(std::string_view(ok).substr(i, 1), events));
  EXPECT_EQ(sent(), post(R"(421["echo"])"));
  ASSERT_TRUE(client.on_bytes(ok, events));
  EXPECT_EQ(sent(), get("&sid=s"));
  ASSERT_TRUE(client.on_bytes(response("430[1]\x1e"
                                       "2\x1e"
                                       "431[2]"),
                              events));
  EXPECT_EQ(sent(), post("3"));
  EXPECT_EQ(events.seen, (std::vector<std::string>{"connected", "ack 0 [1]", "ack 1 [2]"}));
}

TEST(PollingClient, tells_why_it_cannot_go_on) {
  PollingClient client(target, "");
  RecordedEvents events;
  const auto read = client.on_bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}", events);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), "no answer: HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}");
}

} // namespace
} // namespace load
