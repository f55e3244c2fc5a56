#include "mentara/cluster/limit_news.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "mentara/auth/rate_limiter.h"
#include "mentara/limits_of_nodes.h"

namespace mentara::cluster {
namespace {

using namespace std::chrono_literals;

const wire::TimePoint t0{1'000'000s};

TEST(LimitNews, comes_back_as_it_was_told) {
  wire::JsonParser parser;
  const auto parsed = parse_limit_news(encode("n1", {"events", {{"ada\"\n", 7.1}, {"2001:db8::/64", 100}}}), parser);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->first, "n1");
  EXPECT_EQ(parsed->second.limit, "events");
  ASSERT_EQ(parsed->second.taken.size(), 2u);
  EXPECT_EQ(parsed->second.taken[0].key, "ada\"\n");
  EXPECT_DOUBLE_EQ(parsed->second.taken[0].amount, 7.1);
  EXPECT_EQ(parsed->second.taken[1].key, "2001:db8::/64");
  EXPECT_EQ(parsed->second.taken[1].amount, 100);
}

TEST(LimitNews, E16_what_cannot_be_read_or_is_too_much_is_refused) {
  wire::JsonParser parser;
  const std::string whole = encode("n1", {"events", {{"ada", 1}, {"bob", 2}}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_limit_news(whole.substr(0, length), parser)) << length;
  }
  const std::string good = R"({"v":1,"node":"n","limit":"events","taken":[["ada",1000]]})";
  EXPECT_TRUE(parse_limit_news(good, parser));
  for (const auto& [what, instead] : {std::pair{"\"v\":1", "\"v\":2"},
                                      {"\"n\"", "\"\""},
                                      {"\"n\"", "7"},
                                      {"\"events\"", "null"},
                                      {"[[\"ada\",1000]]", "{}"},
                                      {"[\"ada\",1000]", "7"},
                                      {"[\"ada\",1000]", "[]"},
                                      {"\"ada\"", "\"\""},
                                      {"\"ada\"", "7"},
                                      {"1000", "0"},
                                      {"1000", "-1"},
                                      {"1000", "0.5"},
                                      {"1000", "1e300"},
                                      {"1000", "1000000001"}}) {
    std::string bytes = good;
    bytes.replace(bytes.find(what), std::string_view(what).size(), instead);
    EXPECT_FALSE(parse_limit_news(bytes, parser)) << bytes;
  }
  const auto with_key = [](std::size_t bytes) { return encode("n", {"events", {{std::string(bytes, 'x'), 1}}}); };
  EXPECT_TRUE(parse_limit_news(with_key(limits::shared_key_bytes_max), parser));
  EXPECT_FALSE(parse_limit_news(with_key(limits::shared_key_bytes_max + 1), parser));
  LimitNews many{"events", std::vector<auth::Taken>(limits::shared_message_keys, {"ada", 1})};
  EXPECT_TRUE(parse_limit_news(encode("n", many), parser));
  many.taken.push_back({"ada", 1});
  EXPECT_FALSE(parse_limit_news(encode("n", many), parser));
}

// Nodes that hear each other, as long as they may.
struct Bus {
  struct Node final : NodeBus {
    Node(Bus& the_bus, std::string name) : bus(the_bus), name_(std::move(name)) {}
    const std::string& node() const override { return name_; }
    bool ready() const override { return bus.up; }
    void publish(std::string_view channel, std::string_view bytes) override {
      ++bus.messages;
      for (Node* node : bus.nodes) {
        if (const auto heard = node->handlers.find(channel); heard != node->handlers.end()) heard->second(bytes);
      }
    }
    void hear(std::string_view channel, std::function<void(std::string_view)> handler) override {
      handlers.emplace(channel, std::move(handler));
    }
    void on_state(std::function<void(bool)>) override {}

    Bus& bus;
    const std::string name_;
    std::map<std::string, std::function<void(std::string_view)>, std::less<>> handlers;
  };
  std::vector<Node*> nodes;
  bool up = true;
  int messages = 0;
};

struct LimitExchangeTest : testing::Test {
  LimitExchangeTest() {
    bus.nodes = {&a, &b};
    of_a.add("events", at_a);
    of_b.add("events", at_b);
  }
  wire::TimePoint now = t0;
  Bus bus;
  Bus::Node a{bus, "a"}, b{bus, "b"};
  const auth::Rate rate{.per_second = 1, .burst = 10};
  auth::RateLimiter at_a{rate}, at_b{rate};
  LimitExchange of_a{a, [this] { return now; }}, of_b{b, [this] { return now; }};
};

TEST_F(LimitExchangeTest, R3_the_last_that_a_user_may_is_allowed_on_another_node_and_one_more_on_none) {
  for (int i = 0; i < 9; ++i) EXPECT_EQ(at_a.take("ada", now), std::nullopt) << i;
  of_a.tell();
  EXPECT_EQ(at_b.take("ada", now), std::nullopt);
  EXPECT_TRUE(at_b.take("ada", now));
  of_b.tell();
  EXPECT_TRUE(at_a.take("ada", now));
  EXPECT_EQ(of_b.counters().heard, 1u);
  EXPECT_EQ(of_a.counters().told, 1u);
}

TEST_F(LimitExchangeTest, F6_without_redis_each_node_counts_alone_and_later_nobody_is_charged_for_it) {
  bus.up = false;
  for (int i = 0; i < 10; ++i) at_a.take("ada", now);
  of_a.tell();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(at_b.take("ada", now), std::nullopt) << i;
  EXPECT_TRUE(at_b.take("ada", now)) << "the limit stays";
  of_b.tell();
  bus.up = true;
  of_a.tell();
  of_b.tell();
  EXPECT_EQ(bus.messages, 0);
  now += 1s;
  EXPECT_EQ(at_b.take("ada", now), std::nullopt);
}

TEST_F(LimitExchangeTest, who_did_nothing_costs_no_message_and_many_are_told_in_parts) {
  of_a.tell();
  EXPECT_EQ(bus.messages, 0);
  for (std::size_t i = 0; i <= limits::shared_message_keys; ++i) at_a.take("user-" + std::to_string(i), now);
  of_a.tell();
  EXPECT_EQ(bus.messages, 2);
  EXPECT_EQ(of_b.counters().heard, limits::shared_message_keys + 1);
}

TEST_F(LimitExchangeTest, E16_what_cannot_be_read_is_counted_and_an_unknown_limit_is_none_of_ours) {
  b.publish("mentara#limits", "{");
  EXPECT_EQ(of_a.counters().refused, 1u);
  b.publish("mentara#limits", encode("b", {"nonsense", {{"ada", 10}}}));
  EXPECT_EQ(at_a.take("ada", now), std::nullopt);
  EXPECT_EQ(of_a.counters().refused, 1u);
}

} // namespace
} // namespace mentara::cluster
