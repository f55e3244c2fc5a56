#include "wire/ws/handshake.h"

#include <gtest/gtest.h>

#include "wire/ws/header_reader.h"
#include "wire/ws/test_support.h"

namespace wire::ws {
namespace {

// What RFC 6455 §1.3 shows.
HandshakeRequest example() {
  return {.method = "GET",
          .upgrade = "websocket",
          .connection = "Upgrade",
          .sec_websocket_key = "dGhlIHNhbXBsZSBub25jZQ==",
          .sec_websocket_version = "13"};
}

HandshakeRequest example_with(std::string_view HandshakeRequest::*header, std::string_view value) {
  auto request = example();
  request.*header = value;
  return request;
}

int status_of(const HandshakeRequest& request) {
  const auto accept = accept_handshake(request);
  return accept ? 101 : refusal(accept.error()).status;
}

TEST(Handshake, answers_the_example_of_the_rfc) {
  const auto accept = accept_handshake(example());
  ASSERT_TRUE(accept);
  EXPECT_EQ(accept->sec_websocket_accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(accept->sec_websocket_protocol, "");
}

TEST(Handshake, finds_upgrade_and_websocket_in_lists_and_in_any_case) {
  for (const char* connection :
       {"upgrade", "UPGRADE", "keep-alive, Upgrade", "keep-alive,,\tUpgrade ", "Upgrade,close"}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::connection, connection)), 101) << connection;
  }
  for (const char* connection : {"", "close", "Upgrades", "Upgrade x", "\"Upgrade\"", "keep-alive; Upgrade", ","}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::connection, connection)), 400) << connection;
  }
  for (const char* upgrade : {"WebSocket", " websocket ", "h2c, websocket"}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::upgrade, upgrade)), 101) << upgrade;
  }
  for (const char* upgrade : {"", "websockets", "h2c", "websocket/14"}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::upgrade, upgrade)), 400) << upgrade;
  }
}

TEST(Handshake, H5_refuses_another_method) {
  for (const char* method : {"POST", "HEAD", "get", ""}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::method, method)), 405) << method;
  }
}

TEST(Handshake, H5_refuses_a_key_that_is_not_16_bytes_in_base64) {
  for (const char* key : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ===",
                          "dGhlIHNhbXBsZSBub25j====", "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25jZQ==,a",
                          "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA"}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::sec_websocket_key, key)), 400) << key;
  }
}

TEST(Handshake, H5_answers_another_version_with_the_one_that_it_speaks) {
  for (const char* version : {"8", "12", "14", "013", "13, 8", "abc"}) {
    const auto accept = accept_handshake(example_with(&HandshakeRequest::sec_websocket_version, version));
    ASSERT_FALSE(accept) << version;
    EXPECT_EQ(refusal(accept.error()).status, 426);
    EXPECT_EQ(refusal(accept.error()).sec_websocket_version, "13");
  }
  EXPECT_EQ(status_of(example_with(&HandshakeRequest::sec_websocket_version, "")), 400);
}

TEST(Handshake, takes_the_first_protocol_that_the_client_offers) {
  const auto accept = accept_handshake(example_with(&HandshakeRequest::sec_websocket_protocol, "chat , superchat"));
  ASSERT_TRUE(accept);
  EXPECT_EQ(accept->sec_websocket_protocol, "chat");
  for (const char* protocol : {",", "chat,", "chat superchat", "ch@t", "\"chat\"", "chat,,superchat", "caf\xc3\xa9"}) {
    EXPECT_EQ(status_of(example_with(&HandshakeRequest::sec_websocket_protocol, protocol)), 400) << protocol;
  }
}

// Twice the spaces may take twice the time, not four times.
TEST(Handshake, H4_reads_headers_in_linear_time) {
  const auto time_of = [](std::size_t spaces) {
    std::string hostile;
    for (std::size_t i = 0; i < 100; ++i) hostile += "a" + std::string(spaces / 100, ' ') + ",";
    hostile += std::string(spaces, ' ') + "x y";
    return test::cpu_time_of(
        [&] { EXPECT_EQ(status_of(example_with(&HandshakeRequest::sec_websocket_protocol, hostile)), 400); });
  };
  EXPECT_LT(time_of(1'600'000), 50 * time_of(100'000)); // quadratic: 256
}

TEST(HeaderReader, walks_from_token_to_token) {
  HeaderReader reader("  one\t ;two = three");
  EXPECT_EQ(reader.token(), "one");
  EXPECT_FALSE(reader.take(','));
  EXPECT_TRUE(reader.take(';'));
  EXPECT_EQ(reader.token(), "two");
  EXPECT_EQ(reader.token(), "");
  EXPECT_TRUE(reader.take('='));
  EXPECT_FALSE(reader.at_end());
  EXPECT_EQ(reader.token(), "three");
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.take(';'));
  EXPECT_EQ(reader.token(), "");
}

} // namespace
} // namespace wire::ws
