#include "wire/redis/url.h"

#include <gtest/gtest.h>

namespace wire::redis {
namespace {

TEST(RedisUrl, says_where_it_is_and_who_we_are) {
  const auto url = parse_url("rediss://mentara:p%40ss%3a@redis.example.com:6380/3");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->address.host, "redis.example.com");
  EXPECT_EQ(url->address.port, 6380);
  EXPECT_EQ(url->login.user, "mentara");
  EXPECT_EQ(url->login.password, "p@ss:");
  EXPECT_EQ(url->login.database, 3);
}

TEST(RedisUrl, needs_no_more_than_a_host) {
  const auto url = parse_url("redis://localhost");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->address.port, 6379);
  EXPECT_TRUE(url->login.user.empty());
  EXPECT_TRUE(url->login.password.empty());
}

TEST(RedisUrl, takes_a_password_alone_and_an_address_of_ipv6) {
  const auto url = parse_url("redis://:secret@[::1]:7000/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->address.host, "::1");
  EXPECT_EQ(url->address.port, 7000);
  EXPECT_TRUE(url->login.user.empty());
  EXPECT_EQ(url->login.password, "secret");
}

TEST(RedisUrl, refuses_what_it_does_not_understand) {
  for (const char* text :
       {"", "redis", "http://localhost", "redis://", "redis://:6379", "redis://host:", "redis://host:0",
        "redis://host:70000", "redis://host/x", "redis://host/1/2", "redis://user@host", "redis://:%4@host",
        "redis://:%zz@host", "redis://[::1", "redis://[::1]x", "redis://host?x=1", "redis://a b"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

} // namespace
} // namespace wire::redis
