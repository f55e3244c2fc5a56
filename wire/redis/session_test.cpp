#include "wire/redis/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wire::redis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint t0{};

class RedisSession : public testing::Test, protected Outbox {
 protected:
  void send(std::string_view bytes) override { sent += bytes; }
  void on_ready() override { heard.push_back("ready"); }
  void on_message(std::string_view channel, std::string_view payload) override {
    heard.push_back(std::string(channel) + ": " + std::string(payload));
  }
  void fail(std::string why) override { heard.push_back("failed: " + why); }
  OnReply note(std::string what) {
    return [this, what](const Reply* reply) { heard.push_back(what + (reply ? " " + reply->text : " lost")); };
  }
  std::string take_sent() { return std::exchange(sent, {}); }
  std::vector<std::string> take_heard() { return std::exchange(heard, {}); }
  void make_ready(Session& session) {
    session.on_connected(t0);
    session.on_bytes("+PONG\r\n", t0);
    take_sent();
    take_heard();
  }

  std::string sent;
  std::vector<std::string> heard;
};

TEST_F(RedisSession, logs_in_before_it_is_ready) {
  Session session({.user = "node", .password = "secret", .name = "mentara"}, *this);
  session.on_connected(t0);
  EXPECT_EQ(take_sent(),
            "*3\r\n$4\r\nAUTH\r\n$4\r\nnode\r\n$6\r\nsecret\r\n"
            "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$7\r\nmentara\r\n*1\r\n$4\r\nPING\r\n");
  session.on_bytes("+OK\r\n+OK\r\n", t0);
  EXPECT_FALSE(session.ready());
  session.on_bytes("+PONG\r\n", t0);
  EXPECT_TRUE(session.ready());
  EXPECT_THAT(heard, ElementsAre("ready"));
}

TEST_F(RedisSession, says_why_it_was_not_let_in) {
  Session session({.password = "wrong"}, *this);
  session.on_connected(t0);
  session.on_bytes("-WRONGPASS invalid username-password pair\r\n+PONG\r\n", t0);
  EXPECT_THAT(heard, ElementsAre("failed: Redis refused the login: WRONGPASS invalid username-password pair"));
}

TEST_F(RedisSession, gives_each_command_its_reply_in_order) {
  Session session({}, *this);
  make_ready(session);
  session.command(std::vector<std::string_view>{"GET", "a"}, note("a"));
  session.command(std::vector<std::string_view>{"GET", "b"}, note("b"));
  session.on_bytes("$1\r\n1\r\n-ERR", t0);
  EXPECT_THAT(take_heard(), ElementsAre("a 1"));
  session.on_bytes(" no\r\n", t0);
  EXPECT_THAT(take_heard(), ElementsAre("b ERR no"));
}

TEST_F(RedisSession, tells_each_command_that_waits_that_the_connection_was_lost) {
  Session session({}, *this);
  make_ready(session);
  session.command(std::vector<std::string_view>{"GET", "a"}, note("a"));
  session.on_closed();
  EXPECT_THAT(take_heard(), ElementsAre("a lost"));
  session.on_closed();
  EXPECT_THAT(take_heard(), IsEmpty());
}

TEST_F(RedisSession, hears_what_is_published_on_channels_and_patterns) {
  Session session({}, *this);
  make_ready(session);
  session.subscribe("news", note("subscribed"));
  session.subscribe_pattern("room#*", note("subscribed"));
  session.on_bytes("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n", t0);
  session.on_bytes("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n", t0);
  session.on_bytes("*3\r\n$10\r\npsubscribe\r\n$6\r\nroom#*\r\n:2\r\n", t0);
  session.on_bytes("*4\r\n$8\r\npmessage\r\n$6\r\nroom#*\r\n$6\r\nroom#1\r\n$1\r\n1\r\n", t0);
  EXPECT_THAT(take_heard(), ElementsAre("subscribed ", "news: hi", "subscribed ", "room#1: 1"));
}

TEST_F(RedisSession, fails_when_a_subscription_is_refused) {
  Session session({}, *this);
  make_ready(session);
  session.subscribe("news", note("subscribed"));
  session.on_bytes("-NOPERM no permissions to access a channel\r\n", t0);
  EXPECT_THAT(take_heard(),
              ElementsAre("failed: Redis refused a subscription: NOPERM no permissions to access a channel"));
}

TEST_F(RedisSession, pings_after_a_silence_and_fails_when_nothing_comes_back) {
  for (const bool subscribed : {false, true}) {
    Session session({}, *this);
    make_ready(session);
    if (subscribed) session.subscribe("news", {});
    take_sent();
    session.on_tick(t0 + limits::redis_ping_interval);
    EXPECT_EQ(take_sent(), "*1\r\n$4\r\nPING\r\n");
    const TimePoint answered = t0 + limits::redis_ping_interval + seconds(1);
    session.on_bytes(subscribed ? "*2\r\n$4\r\npong\r\n$0\r\n\r\n" : "+PONG\r\n", answered);
    session.on_tick(session.wake_at());
    EXPECT_EQ(take_sent(), "*1\r\n$4\r\nPING\r\n");
    EXPECT_THAT(take_heard(), IsEmpty());
    session.on_tick(session.wake_at());
    EXPECT_THAT(take_heard(), ElementsAre("failed: Redis does not answer"));
  }
}

TEST_F(RedisSession, fails_when_the_login_is_never_answered) {
  Session session({}, *this);
  session.on_connected(t0);
  session.on_tick(t0 + limits::redis_reply_timeout);
  EXPECT_THAT(take_heard(), ElementsAre("failed: Redis does not answer"));
}

TEST_F(RedisSession, fails_on_a_reply_that_nobody_waits_for) {
  Session session({}, *this);
  make_ready(session);
  session.on_bytes("+OK\r\n+OK\r\n", t0);
  EXPECT_THAT(take_heard(), ElementsAre("failed: a reply that nobody waits for"));
}

} // namespace
} // namespace wire::redis
