#include "wire/ws/deflate_negotiation.h"

#include <gtest/gtest.h>

#include "wire/ws/handshake.h"
#include "wire/ws/test_support.h"

namespace wire::ws {
namespace {

// The server's answer, "declined" or "malformed".
std::string answer(std::string_view offers, const DeflateOptions& options = {}) {
  const auto params = negotiate_deflate(offers, options);
  if (!params) return "malformed";
  return *params ? sec_websocket_extensions(**params) : "declined";
}

const std::string forgetful = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
constexpr DeflateOptions keeps{.server_no_context_takeover = false, .client_no_context_takeover = false};

TEST(DeflateNegotiation, accepts_what_browsers_and_ws_offer) {
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), forgetful);
  EXPECT_EQ(answer("permessage-deflate"), forgetful);
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", keeps), "permessage-deflate");
}

TEST(DeflateNegotiation, does_what_the_client_asks_for) {
  EXPECT_EQ(answer("permessage-deflate; server_no_context_takeover", keeps),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate; client_no_context_takeover", keeps),
            "permessage-deflate; client_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10", keeps),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=\"10\"", keeps),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=15", keeps),
            "permessage-deflate; server_max_window_bits=15");
}

TEST(DeflateNegotiation, asks_for_smaller_windows_when_it_is_told_to) {
  auto options = keeps;
  options.server_max_window_bits = 11;
  options.client_max_window_bits = 12;
  EXPECT_EQ(answer("permessage-deflate", options), "permessage-deflate; server_max_window_bits=11")
      << "a client that does not offer client_max_window_bits cannot be asked to keep to it";
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", options),
            "permessage-deflate; server_max_window_bits=11; client_max_window_bits=12");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=9; server_max_window_bits=10", options),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9");
}

TEST(DeflateNegotiation, takes_the_first_offer_that_it_can) {
  EXPECT_EQ(
      answer("x-webkit-deflate-frame, permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10 , "
             "permessage-deflate",
             keeps),
      "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8, permessage-deflate", keeps), "permessage-deflate")
      << "zlib has no such window";
}

TEST(DeflateNegotiation, H4_declines_what_it_does_not_know_or_what_is_out_of_range) {
  EXPECT_EQ(answer(""), "declined");
  for (const char* extension : {"constructor", "__proto__", "permessage-bzip2", "Permessage-Deflate"}) {
    EXPECT_EQ(answer(extension), "declined") << extension;
  }
  for (const char* parameter :
       {"constructor", "__proto__=1", "client_max_window_bits=7", "client_max_window_bits=16",
        "client_max_window_bits=999", "client_max_window_bits=08", "client_max_window_bits=x", "server_max_window_bits",
        "server_max_window_bits=7", "server_max_window_bits=8", "server_max_window_bits=16",
        "server_no_context_takeover=1", "client_no_context_takeover=true",
        "server_no_context_takeover; server_no_context_takeover", "client_max_window_bits; client_max_window_bits=10",
        "server_max_window_bits=10; server_max_window_bits=10"}) {
    EXPECT_EQ(answer("permessage-deflate; " + std::string(parameter)), "declined") << parameter;
  }
}

TEST(DeflateNegotiation, H4_refuses_what_breaks_the_grammar) {
  for (const char* offers : {",", "permessage-deflate,", "permessage-deflate;", "permessage-deflate; =1", "; x",
                             "permessage-deflate; client_max_window_bits=", "permessage-deflate; a=\"", "a b",
                             "permessage-deflate; a=\"10", "permessage-deflate; a=\"1\\0\"", "p@rmessage", "a; b c"}) {
    EXPECT_EQ(answer(offers), "malformed") << offers;
  }
}

TEST(DeflateNegotiation, H4_takes_linear_time) {
  const auto time_of = [](std::size_t size) {
    std::string offers;
    while (offers.size() < size) offers += "permessage-deflate; a=\"b\";   c, ";
    return test::cpu_time_of([&] { EXPECT_EQ(answer(offers), "malformed"); });
  };
  EXPECT_LT(time_of(1'600'000), 50 * time_of(100'000)); // quadratic: 256
}

TEST(Handshake, agrees_on_compression_only_where_it_is_switched_on) {
  const HandshakeRequest request{.method = "GET",
                                 .upgrade = "websocket",
                                 .connection = "Upgrade",
                                 .sec_websocket_key = "dGhlIHNhbXBsZSBub25jZQ==",
                                 .sec_websocket_version = "13",
                                 .sec_websocket_extensions = "permessage-deflate; client_max_window_bits"};
  const auto off = accept_handshake(request);
  ASSERT_TRUE(off);
  EXPECT_FALSE(off->deflate);
  EXPECT_EQ(off->sec_websocket_extensions, "");

  const DeflateOptions options{.threshold = 7};
  const auto on = accept_handshake(request, &options);
  ASSERT_TRUE(on);
  ASSERT_TRUE(on->deflate);
  EXPECT_EQ(on->deflate->threshold, 7u);
  EXPECT_EQ(on->sec_websocket_extensions, forgetful);

  auto wrong = request;
  wrong.sec_websocket_extensions = "permessage-deflate; ;";
  const auto refused = accept_handshake(wrong, &options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refusal(refused.error()).status, 400);
}

} // namespace
} // namespace wire::ws
