#include "wire/eio/handshake_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace wire::eio {
namespace {

using testing::ElementsAre;
using testing::Pair;

HandshakeRequest kept(std::string_view target, std::vector<http::Header> headers = {}) {
  // What the request borrows is gone when the constructor returns.
  const auto memory = std::make_unique<std::string>(target);
  http::Request request;
  request.method = "GET";
  request.target = *memory;
  request.headers = std::move(headers);
  request.peer = {"192.0.2.1", 1234};
  return HandshakeRequest(request, 1'700'000'000'000);
}

TEST(HandshakeRequest, keeps_what_it_was_asked_with) {
  const auto request = kept("/socket.io/?EIO=4&transport=polling&user=a%20b&user=c",
                            {{"host", "a"}, {"cookie", "1"}, {"cookie", "2"}, {"x-empty", ""}});
  EXPECT_EQ(request.url(), "/socket.io/?EIO=4&transport=polling&user=a%20b&user=c");
  EXPECT_EQ(request.address(), "192.0.2.1");
  EXPECT_EQ(request.issued(), 1'700'000'000'000);
  EXPECT_EQ(request.query_string(), "EIO=4&transport=polling&user=a%20b&user=c");
  EXPECT_EQ(request.query("user"), "c");
  EXPECT_EQ(request.query("sid"), std::nullopt);
  EXPECT_EQ(request.header("host"), "a");
  EXPECT_EQ(request.header("cookie"), "1");
  EXPECT_EQ(request.header("x-empty"), "");
  EXPECT_EQ(request.header("origin"), std::nullopt);
  std::vector<std::pair<std::string, std::string>> headers;
  request.for_each_header([&](std::string_view name, std::string_view value) { headers.emplace_back(name, value); });
  EXPECT_THAT(headers, ElementsAre(Pair("host", "a"), Pair("cookie", "1"), Pair("cookie", "2"), Pair("x-empty", "")));
}

TEST(HandshakeRequest, needs_neither_query_nor_headers) {
  const auto request = kept("/socket.io/");
  EXPECT_EQ(request.query_string(), "");
  EXPECT_EQ(request.query("EIO"), std::nullopt);
  EXPECT_EQ(request.header("host"), std::nullopt);
}

TEST(HandshakeRequest, keeps_values_longer_than_255_bytes_whole) {
  const std::string value(16'000, 'v');
  const auto request = kept("/socket.io/", {{"a", value}, {"b", "2"}});
  EXPECT_EQ(request.header("a"), value);
  EXPECT_EQ(request.header("b"), "2");
}

} // namespace
} // namespace wire::eio
