#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "wire/base/random.h"
#include "wire/net/test_support.h"
#include "wire/net/tls_trust.h"
#include "wire/redis/client.h"
#include "wire/redis/test_server.h"

namespace wire::redis {
namespace {

using net::TlsTrust;
using net::test::run_until;
using test::RedisServer;
using testing::ElementsAre;

// Certificates that the program `openssl` makes: another hand than ours.
class RedisOverTls : public testing::Test {
 protected:
  RedisOverTls() : directory_(std::filesystem::temp_directory_path() / ("wire-redis-" + random_id())) {
    std::filesystem::create_directory(directory_);
    make("redis", "DNS:localhost,IP:127.0.0.1");
    make("other", "DNS:other.example");
  }
  ~RedisOverTls() override { std::filesystem::remove_all(directory_); }

  void make(const std::string& name, const std::string& names) const {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=" + names + " -keyout " + path(name + ".key") + " -out " + path(name + ".crt") +
        " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  std::string path(const std::string& file) const { return (directory_ / file).string(); }

  std::unique_ptr<Client> connect(const RedisServer& server, const std::string& host, const std::string& authorities) {
    auto trust = TlsTrust::open(path(authorities));
    EXPECT_TRUE(trust) << trust.error().text;
    auto client = std::make_unique<Client>(
        loop_, Address{host, server.port(), *std::move(trust)}, Login{.name = "test"},
        Client::Handler{[this] { ++ready_; }, [this] { ++lost_; },
                        [this](std::string_view, std::string_view payload) { heard_.emplace_back(payload); }});
    client->start();
    return client;
  }
  // Long enough for some attempts.
  bool becomes_ready() {
    bool is_over = false;
    net::Timer patience(loop_, [&] { is_over = true; });
    patience.arm(milliseconds(700));
    run_until(loop_, [&] { return ready_ > 0 || is_over; });
    return ready_ > 0;
  }

  const std::filesystem::path directory_;
  net::Loop loop_;
  int ready_ = 0, lost_ = 0;
  std::vector<std::string> heard_;
};

TEST_F(RedisOverTls, O2_publishes_and_hears_through_it_by_name_and_by_address) {
  const RedisServer server = RedisServer::with_tls(path("redis.crt"), path("redis.key"));
  for (const char* host : {"localhost", "127.0.0.1"}) {
    ready_ = 0;
    heard_.clear();
    const auto client = connect(server, host, "redis.crt");
    client->subscribe("news");
    ASSERT_TRUE(run_until(loop_, [&] { return ready_ == 1; })) << host;
    const std::string large(1'000'000, 'x'); // more than one record
    client->command({"PUBLISH", "news", large});
    client->command({"PUBLISH", "news", "last"});
    ASSERT_TRUE(run_until(loop_, [&] { return heard_.size() == 2; })) << host;
    EXPECT_THAT(heard_, ElementsAre(large, "last"));
  }
}

TEST_F(RedisOverTls, O2_is_not_spoken_to_when_nobody_whom_we_trust_vouches_for_it) {
  const RedisServer server = RedisServer::with_tls(path("redis.crt"), path("redis.key"));
  const auto client = connect(server, "localhost", "other.crt");
  EXPECT_FALSE(becomes_ready());
}

TEST_F(RedisOverTls, O2_is_not_spoken_to_under_a_name_that_it_does_not_prove) {
  const RedisServer server = RedisServer::with_tls(path("other.crt"), path("other.key"));
  const auto client = connect(server, "127.0.0.1", "other.crt");
  EXPECT_FALSE(becomes_ready());
}

TEST_F(RedisOverTls, does_not_come_about_with_a_server_that_does_not_speak_it) {
  const RedisServer server;
  const auto client = connect(server, "127.0.0.1", "redis.crt");
  EXPECT_FALSE(becomes_ready());
}

TEST_F(RedisOverTls, comes_back_by_itself_when_redis_does) {
  RedisServer server = RedisServer::with_tls(path("redis.crt"), path("redis.key"));
  const auto client = connect(server, "localhost", "redis.crt");
  ASSERT_TRUE(run_until(loop_, [&] { return ready_ == 1; }));
  server.kill();
  ASSERT_TRUE(run_until(loop_, [&] { return lost_ == 1; }));
  server.start();
  ASSERT_TRUE(run_until(loop_, [&] { return ready_ == 2; }));
}

TEST_F(RedisOverTls, says_what_is_wrong_with_the_file_of_those_who_are_trusted) {
  EXPECT_THAT(TlsTrust::open(path("absent.crt")).error().text, testing::HasSubstr("absent.crt: cannot be read"));
  EXPECT_THAT(TlsTrust::open(path("redis.key")).error().text, testing::HasSubstr("redis.key: holds no certificate"));
  EXPECT_TRUE(TlsTrust::open(""));
}

} // namespace
} // namespace wire::redis
