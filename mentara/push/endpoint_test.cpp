#include "mentara/push/endpoint.h"

#include <gtest/gtest.h>

namespace mentara::push {
namespace {

Endpoint endpoint(std::string host, std::uint16_t port, std::string target, bool is_secure = true) {
  return {std::move(host), port, std::move(target), is_secure};
}

TEST(Endpoint, is_read_as_browsers_give_it) {
  EXPECT_EQ(parse_endpoint("https://Push.Example.com/send/abc?x=1"),
            endpoint("push.example.com", 443, "/send/abc?x=1"));
  EXPECT_EQ(parse_endpoint("https://[2606:4700::1]:1/p"), endpoint("2606:4700::1", 1, "/p"));
  EXPECT_EQ(parse_endpoint("https://a?x"), endpoint("a", 443, "/?x"));
  EXPECT_EQ(parse_endpoint("https://[2606:4700::1]:1/p")->origin(), "https://[2606:4700::1]:1");
  EXPECT_EQ(parse_endpoint("https://a:443/p")->origin(), "https://a");
}

TEST(Endpoint, may_be_http_and_in_this_machine_only_where_that_is_allowed) {
  EXPECT_EQ(parse_endpoint("http://localhost:8080/p", true), endpoint("localhost", 8080, "/p", false));
  EXPECT_EQ(parse_endpoint("http://127.0.0.1/p", true)->origin(), "http://127.0.0.1");
  EXPECT_EQ(parse_endpoint("https://127.0.0.1/p", true)->origin(), "https://127.0.0.1");
  for (const char* url : {"http://push.example.com/p", "https://localhost/p", "https://a.localhost/p",
                          "https://127.0.0.1/p", "https://127.1/p", "https://2130706433/p", "https://0x7f000001/p",
                          "https://0177.0.0.1/p", "https://169.254.169.254/latest", "https://10.0.0.1:8443/p",
                          "https://[::1]/p", "https://[fd00::1]/p", "https://[::ffff:127.0.0.1]/p"}) {
    EXPECT_FALSE(parse_endpoint(url)) << url;
  }
}

TEST(Endpoint, is_nothing_else) {
  for (const char* url : {"",
                          "http://a/",
                          "https://",
                          "https:///p",
                          "ftp://a",
                          "https://user@a/",
                          "https://user:pass@a/",
                          "https://a:0/",
                          "https://a:65536/",
                          "https://a:x/",
                          "https://a:/",
                          "https://a/#f",
                          "https://a\\b/",
                          "https://a/ b",
                          "https://a/\r\nHost: b",
                          "https://[::1",
                          "https://[zz]/",
                          "https://\xc3\xa4/",
                          "HTTPS://a/",
                          "https://a_b/",
                          "https://a%2eb/"}) {
    EXPECT_FALSE(parse_endpoint(url)) << url;
  }
}

TEST(Endpoint, lies_in_the_public_internet_or_is_not_called) {
  for (const char* address : {"8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "192.167.1.1", "2606:4700::1",
                              "2a00::1", "64:ff9b::808:808"}) {
    EXPECT_TRUE(is_public_address(address)) << address;
  }
  for (const char* address : {"127.0.0.1",
                              "127.255.255.255",
                              "0.0.0.0",
                              "10.1.2.3",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.0.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "198.18.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "192.0.2.1",
                              "::",
                              "::1",
                              "fe80::1",
                              "fc00::1",
                              "fd12::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "2001::1",
                              "3fff::1",
                              "4000::1",
                              "localhost",
                              ""}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
}

} // namespace
} // namespace mentara::push
