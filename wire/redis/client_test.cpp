#include "wire/redis/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "wire/net/test_support.h"
#include "wire/redis/test_server.h"

namespace wire::redis {
namespace {

using net::test::run_until;
using testing::ElementsAre;

class RedisClient : public testing::Test {
 protected:
  std::unique_ptr<Client> connect() {
    auto client =
        std::make_unique<Client>(loop, Address{"127.0.0.1", server.port()}, Login{.name = "test"},
                                 Client::Handler{[this] { ++ready; }, [this] { ++lost; },
                                                 [this](std::string_view channel, std::string_view payload) {
                                                   heard.push_back(std::string(channel) + ": " + std::string(payload));
                                                 }});
    client->start();
    return client;
  }
  bool until_ready(int times) {
    return run_until(loop, [&] { return ready == times; });
  }

  test::RedisServer server;
  net::Loop loop;
  int ready = 0, lost = 0;
  std::vector<std::string> heard;
};

TEST_F(RedisClient, publishes_and_hears_and_asks) {
  const auto client = connect();
  client->subscribe("news");
  client->subscribe_pattern(escape_glob("a*[b]?") + "#*");
  EXPECT_FALSE(client->command({"PING"})) << "it is not connected yet";
  ASSERT_TRUE(until_ready(1));
  std::optional<Reply> numsub;
  client->command({"PUBSUB", "NUMSUB", "news"}, [&](const Reply* reply) { numsub = *reply; });
  client->command({"PUBLISH", "a*[b]?#1", std::string_view("\0\xff\r\n", 4)});
  client->command({"PUBLISH", "axb?#1", "not this"});
  client->command({"PUBLISH", "news", "last"});
  ASSERT_TRUE(run_until(loop, [&] { return numsub && heard.size() >= 2; }));
  EXPECT_THAT(heard, ElementsAre("a*[b]?#1: " + std::string("\0\xff\r\n", 4), "news: last"));
  EXPECT_EQ(numsub->elements.at(1).integer, 1);
}

TEST_F(RedisClient, F6_comes_back_by_itself_with_its_subscriptions_when_redis_does) {
  const auto client = connect();
  client->subscribe("news");
  ASSERT_TRUE(until_ready(1));
  bool told_lost = false;
  server.freeze();
  client->command({"GET", "x"}, [&](const Reply* reply) { told_lost = reply == nullptr; });
  net::test::run_turns(loop);
  server.kill();
  ASSERT_TRUE(run_until(loop, [&] { return lost == 1 && told_lost; }));
  EXPECT_FALSE(client->ready());
  EXPECT_FALSE(client->command({"PING"}));
  client->subscribe("meanwhile");
  server.start();
  ASSERT_TRUE(until_ready(2));
  client->command({"PUBLISH", "news", "1"});
  client->command({"PUBLISH", "meanwhile", "2"});
  ASSERT_TRUE(run_until(loop, [&] { return heard.size() == 2; }));
  EXPECT_THAT(heard, ElementsAre("news: 1", "meanwhile: 2"));
}

TEST_F(RedisClient, F6_is_not_ready_while_either_of_its_connections_is_cut) {
  const auto client = connect();
  ASSERT_TRUE(until_ready(1));
  client->subscribe("news");
  ASSERT_TRUE(run_until(loop, [&] { // before that there is no subscriber to kill
    client->command({"PUBLISH", "news", "heard"});
    return !heard.empty();
  }));
  client->command({"CLIENT", "KILL", "TYPE", "pubsub"});
  ASSERT_TRUE(run_until(loop, [&] { return lost == 1; }));
  ASSERT_TRUE(until_ready(2));
  client->command({"PUBLISH", "news", "heard again"});
  EXPECT_TRUE(run_until(loop, [&] { return heard.back() == "news: heard again"; }));
}

TEST_F(RedisClient, may_go_at_any_time) {
  auto client = connect();
  client->subscribe("news");
  net::test::run_turns(loop, 3);
  client.reset();
  net::test::run_turns(loop, 20);
  client = connect();
  ASSERT_TRUE(until_ready(1));
  client->command({"GET", "x"}, [](const Reply*) { FAIL() << "nobody is there to hear of it"; });
  client.reset();
  net::test::run_turns(loop, 20);
}

} // namespace
} // namespace wire::redis
