#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "wire/base/random.h"
#include "wire/net/test_support.h"
#include "wire/redis/client.h"
#include "wire/redis/test_server.h"

namespace wire::redis {
namespace {

using net::test::run_until;
using test::RedisServer;

// A master, a replica, and a real sentinel that watches them.
class RedisBehindSentinel : public testing::Test {
 protected:
  RedisBehindSentinel() : file_(std::filesystem::temp_directory_path() / ("wire-sentinel-" + random_id())) {}
  ~RedisBehindSentinel() override { std::filesystem::remove(file_); }

  RedisServer sentinel() const {
    std::ofstream(file_) << "sentinel monitor site 127.0.0.1 " << master.port() << " 1\n"
                         << "sentinel down-after-milliseconds site 300\nsentinel failover-timeout site 2000\n";
    return RedisServer({file_.string(), "--sentinel", "--port", "PORT"});
  }
  std::unique_ptr<Client> connect(Address address) {
    auto client = std::make_unique<Client>(
        loop, address, Login{.name = "test"},
        Client::Handler{[this] { ++ready; }, [this] { ++lost; },
                        [this](std::string_view, std::string_view payload) { heard.emplace_back(payload); }});
    client->start();
    return client;
  }
  // What the server at this port answers to INFO replication.
  std::string replication(std::uint16_t port) {
    std::optional<std::string> text;
    Client client(
        loop, Address{"127.0.0.1", port}, Login{},
        {[&] {
           client.command({"INFO", "replication"}, [&](const Reply* reply) { text = reply ? reply->text : ""; });
         },
         [] {}, [](std::string_view, std::string_view) {}});
    client.start();
    run_until(loop, [&] { return text.has_value(); });
    return text.value_or("");
  }

  const std::filesystem::path file_;
  RedisServer master;
  net::Loop loop;
  int ready = 0, lost = 0;
  std::vector<std::string> heard;
};

TEST_F(RedisBehindSentinel, F6_another_master_is_found_when_the_first_has_died) {
  RedisServer replica({"--port", "PORT", "--replicaof", "127.0.0.1", std::to_string(master.port())});
  const auto has = [](std::string_view what) { return testing::HasSubstr(std::string(what)); };
  for (int i = 0; i < 200 && !testing::Matches(has("master_link_status:up"))(replication(replica.port())); ++i) {
  }
  const RedisServer watcher = sentinel();
  Address address{"site"};
  address.sentinels = {{"127.0.0.1", 1}, {"127.0.0.1", watcher.port()}}; // nobody answers at the first
  const auto client = connect(address);
  client->subscribe("news");
  ASSERT_TRUE(run_until(loop, [&] { return ready == 1; }));
  EXPECT_THAT(replication(master.port()), has("role:master"));
  // The sentinel has to know of the replica before it can make it the master.
  const auto knows_replica = [&] {
    std::optional<bool> known;
    Client asker(loop, Address{"127.0.0.1", watcher.port()}, Login{},
                 {[&] {
                    asker.command({"SENTINEL", "replicas", "site"},
                                  [&](const Reply* reply) { known = reply && !reply->elements.empty(); });
                  },
                  [] {}, [](std::string_view, std::string_view) {}});
    asker.start();
    run_until(loop, [&] { return known.has_value(); });
    return known.value_or(false);
  };
  for (int i = 0; i < 5000 && !knows_replica(); ++i) {
  }
  master.kill();
  ASSERT_TRUE(run_until(loop, [&] { return lost == 1; }));
  ASSERT_TRUE(run_until(loop, [&] { return ready == 2; }));
  EXPECT_THAT(replication(replica.port()), has("role:master"));
  client->command({"PUBLISH", "news", "after"});
  ASSERT_TRUE(run_until(loop, [&] { return !heard.empty(); }));
}

TEST_F(RedisBehindSentinel, nothing_is_ready_under_a_name_that_the_sentinel_does_not_know) {
  const RedisServer watcher = sentinel();
  Address address{"elsewhere"};
  address.sentinels = {{"127.0.0.1", watcher.port()}};
  const auto client = connect(address);
  bool is_over = false;
  net::Timer patience(loop, [&] { is_over = true; });
  patience.arm(milliseconds(500));
  run_until(loop, [&] { return ready > 0 || is_over; });
  EXPECT_EQ(ready, 0);
}

} // namespace
} // namespace wire::redis
