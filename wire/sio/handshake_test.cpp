#include "wire/sio/handshake.h"

#include <gtest/gtest.h>

#include "wire/http/message.h"

namespace wire::sio {
namespace {

eio::HandshakeRequest request(std::vector<http::Header> headers) {
  http::Request request;
  request.method = "GET";
  request.target = "/socket.io/?EIO=4&transport=polling&name=a%20%22b";
  request.headers = std::move(headers);
  request.peer = {"192.0.2.1", 4321};
  return eio::HandshakeRequest(request, 1'700'000'000'123);
}

TEST(SioHandshake, tells_itself_as_clients_of_Socket_IO_know_it) {
  const auto asked = request({{"host", "a"}, {"origin", "https://b.example"}});
  EXPECT_EQ(Handshake(asked, R"({"token":"x"})").to_json(),
            R"({"headers":{"host":"a","origin":"https://b.example"},)"
            R"x("time":"Tue Nov 14 2023 22:13:20 GMT+0000 (Coordinated Universal Time)",)x"
            R"("address":"192.0.2.1",)"
            R"("xdomain":true,"secure":false,"issued":1700000000123,)"
            R"("url":"/socket.io/?EIO=4&transport=polling&name=a%20%22b",)"
            R"("query":{"EIO":"4","transport":"polling","name":"a \"b"},"auth":{"token":"x"}})");
}

TEST(SioHandshake, comes_from_the_same_origin_when_none_is_named_and_has_an_empty_auth_when_none_was_given) {
  const auto asked = request({});
  const Handshake handshake(asked, "");
  EXPECT_NE(handshake.to_json().find(R"("headers":{},)"), std::string::npos);
  EXPECT_NE(handshake.to_json().find(R"("xdomain":false)"), std::string::npos);
  EXPECT_NE(handshake.to_json().find(R"("auth":{}})"), std::string::npos);
}

TEST(SioHandshake, tells_a_member_of_the_auth_that_is_a_string) {
  const auto asked = request({});
  const Handshake handshake(asked, R"({"token":"a\nb","age":7})");
  EXPECT_EQ(handshake.auth("token"), "a\nb");
  EXPECT_EQ(handshake.auth("age"), std::nullopt);
  EXPECT_EQ(handshake.auth("name"), std::nullopt);
  EXPECT_EQ(Handshake(asked, "").auth("token"), std::nullopt);
}

TEST(SioHandshake, forgets_the_auth_when_it_is_told_to) {
  const auto asked = request({{"host", "a"}});
  Handshake handshake(asked, R"({"token":"secret"})");
  EXPECT_EQ(handshake.auth(), R"({"token":"secret"})");
  handshake.forget_auth();
  EXPECT_EQ(handshake.auth(), "{}");
  EXPECT_EQ(handshake.to_json().find("secret"), std::string::npos);
  EXPECT_EQ(handshake.header("host"), "a");
  EXPECT_EQ(handshake.query("name"), "a \"b");
}

} // namespace
} // namespace wire::sio
