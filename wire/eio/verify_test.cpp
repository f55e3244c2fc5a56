#include "wire/eio/verify.h"

#include <gtest/gtest.h>

namespace wire::eio {
namespace {

constexpr std::string_view sid = "abcdefghijklmnopqr-_";

struct Asked {
  std::string query;
  std::string method = "GET";
  std::string origin = {};
  bool upgrade = false;
  bool polling_enabled = true, websocket_enabled = true;
};

Result<VerifiedRequest, RequestError> ask(const Asked& asked) {
  return verify({asked.method, asked.query, asked.origin, asked.upgrade}, asked.polling_enabled,
                asked.websocket_enabled);
}

// The code of the refusal; -1: none.
int code_of(const Asked& asked) {
  const auto verified = ask(asked);
  return verified ? -1 : static_cast<int>(verified.error());
}

const std::string with_sid = "EIO=4&transport=polling&sid=" + std::string(sid);

TEST(Verify, accepts_a_handshake_over_either_transport) {
  const auto polling = ask({"EIO=4&transport=polling&t=abc"});
  ASSERT_TRUE(polling);
  EXPECT_EQ(polling->transport, TransportName::polling);
  EXPECT_EQ(polling->sid, "");
  EXPECT_FALSE(polling->base64);
  const auto websocket = ask({.query = "transport=websocket&EIO=4", .upgrade = true});
  ASSERT_TRUE(websocket);
  EXPECT_EQ(websocket->transport, TransportName::websocket);
}

TEST(Verify, accepts_any_method_for_a_session_whose_transport_decides) {
  for (const char* method : {"GET", "POST", "PUT", "HEAD"}) {
    const auto verified = ask({.query = with_sid, .method = method});
    ASSERT_TRUE(verified) << method;
    EXPECT_EQ(verified->sid, sid);
  }
}

TEST(Verify, answers_0_for_a_transport_that_is_missing_unknown_or_disabled) {
  EXPECT_EQ(code_of({"EIO=4"}), 0);
  EXPECT_EQ(code_of({"EIO=4&transport="}), 0);
  EXPECT_EQ(code_of({"EIO=4&transport=Polling"}), 0);
  EXPECT_EQ(code_of({"EIO=4&transport=webtransport"}), 0);
  EXPECT_EQ(code_of({.query = "EIO=4&transport=polling", .polling_enabled = false}), 0);
  EXPECT_EQ(code_of({.query = "EIO=4&transport=websocket", .upgrade = true, .websocket_enabled = false}), 0);
}

TEST(Verify, E8_answers_0_for_names_that_mean_something_in_JavaScript) {
  for (const char* transport : {"__proto__", "constructor", "toString", "%00", "polling%00", "polling,websocket"}) {
    EXPECT_EQ(code_of({std::string("EIO=4&transport=") + transport}), 0) << transport;
    EXPECT_EQ(code_of({.query = std::string("EIO=4&transport=") + transport, .upgrade = true}), 0) << transport;
  }
}

TEST(Verify, E8_answers_3_for_a_key_that_comes_twice) {
  EXPECT_EQ(code_of({"EIO=4&transport=polling&transport=polling"}), 3);
  EXPECT_EQ(code_of({"EIO=4&EIO=4&transport=polling"}), 3);
  EXPECT_EQ(code_of({with_sid + "&sid=" + std::string(sid)}), 3);
  EXPECT_EQ(code_of({"EIO=4&transport=polling&x=1&x=2"}), -1) << "other keys are the application's";
}

TEST(Verify, E8_reads_malformed_queries_without_trouble) {
  for (const char* query : {"", "&&&", "=", "%", "transport=%zz", "transport=%ff%fe&EIO=4", "?transport=polling"}) {
    EXPECT_EQ(code_of({query}), 0) << query;
  }
}

TEST(Verify, answers_3_for_an_origin_that_cannot_be_a_header) {
  EXPECT_EQ(code_of({.query = "EIO=4&transport=polling", .origin = "https://a.example"}), -1);
  EXPECT_EQ(code_of({.query = "EIO=4&transport=polling", .origin = "\t \x80\xff~"}), -1);
  for (const char c : {'\x00', '\x01', '\n', '\r', '\x1f', '\x7f'}) {
    EXPECT_EQ(code_of({.query = "EIO=4&transport=polling", .origin = std::string("a") + c}), 3) << static_cast<int>(c);
    EXPECT_EQ(code_of({.query = with_sid, .origin = std::string(1, c)}), 3) << "with a session, too";
  }
}

TEST(Verify, E9_answers_1_for_a_sid_that_cannot_be_ours) {
  for (const char* text : {"__proto__", "constructor", "abc", "abcdefghijklmnopqr-+", "abcdefghijklmnopqr-%00",
                           "abcdefghijklmnopqr-_A.b", "abcdefghijklmnopqrs"}) {
    EXPECT_EQ(code_of({std::string("EIO=4&transport=polling&sid=") + text}), 1) << text;
  }
}

TEST(Verify, takes_an_empty_sid_for_none) {
  const auto verified = ask({"EIO=4&transport=polling&sid="});
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->sid, "");
}

TEST(Verify, answers_2_for_a_handshake_that_is_no_GET) {
  for (const char* method : {"POST", "HEAD", "OPTIONS", "PUT", "get"}) {
    EXPECT_EQ(code_of({.query = "EIO=4&transport=polling", .method = method}), 2) << method;
  }
  EXPECT_EQ(code_of({.query = "EIO=3&transport=polling", .method = "POST"}), 2) << "the version is looked at last";
}

TEST(Verify, answers_3_for_a_websocket_handshake_that_asks_for_no_upgrade) {
  EXPECT_EQ(code_of({"EIO=4&transport=websocket"}), 3);
  EXPECT_EQ(code_of({"EIO=3&transport=websocket"}), 3);
}

TEST(Verify, E30_answers_5_for_a_handshake_of_another_protocol) {
  for (const char* query : {"transport=polling", "EIO=&transport=polling", "EIO=3&transport=polling",
                            "EIO=5&transport=polling", "EIO=abc&transport=polling", "EIO=4.0&transport=polling",
                            "EIO=%204&transport=polling", "EIO=3&transport=polling&j=0", "eio=4&transport=polling"}) {
    EXPECT_EQ(code_of({query}), 5) << query;
  }
  EXPECT_EQ(code_of({.query = "EIO=3&transport=websocket", .upgrade = true}), 5);
}

TEST(Verify, E11_answers_3_for_a_session_s_request_that_speaks_another_protocol) {
  const std::string rest = "&transport=polling&sid=" + std::string(sid);
  EXPECT_EQ(code_of({"EIO=3" + rest}), 3);
  EXPECT_EQ(code_of({"EIO=" + rest}), 3);
  EXPECT_EQ(code_of({rest}), 3);
  EXPECT_EQ(code_of({.query = "EIO=3&transport=websocket&sid=" + std::string(sid), .upgrade = true}), 3);
}

TEST(Verify, knows_who_wants_binary_as_text) {
  EXPECT_TRUE(ask({"EIO=4&transport=polling&b64=1"})->base64);
  EXPECT_TRUE(ask({"EIO=4&transport=polling&b64=0"})->base64) << "anything but nothing";
  EXPECT_FALSE(ask({"EIO=4&transport=polling&b64="})->base64);
  EXPECT_FALSE(ask({"EIO=4&transport=polling&b64"})->base64);
}

TEST(Verify, knows_the_node_that_a_sid_names) {
  EXPECT_EQ(node_of("abcdefghijklmnopqr-_Aeast-1"), "east-1");
  EXPECT_EQ(node_of("abcdefghijklmnopqr-_B"), "");
  EXPECT_EQ(node_of(sid), "");
  EXPECT_TRUE(is_node_name(std::string(node_name_chars_max, 'n')));
  for (const char* name : {"", "with space", "a.b", "nnnnnnnnnnnnnnnnnnnnnnnnn"})
    EXPECT_FALSE(is_node_name(name)) << name;
}

TEST(Verify, knows_its_own_sids) {
  EXPECT_TRUE(is_sid(sid));
  EXPECT_TRUE(is_sid("abcdefghijklmnopqr-_B")) << "of another loop";
  EXPECT_FALSE(is_sid(""));
  EXPECT_FALSE(is_sid(sid.substr(1)));
  EXPECT_TRUE(is_sid("abcdefghijklmnopqr-_BC")) << "of another node";
  std::string longest(sid);
  longest.append(1 + node_name_chars_max, 'n');
  EXPECT_TRUE(is_sid(longest));
  EXPECT_FALSE(is_sid(longest.append(1, 'n')));
  for (const char foreign : {'/', '+', '=', ' ', '\0', '\x80', '.'}) {
    std::string text(sid);
    text[7] = foreign;
    EXPECT_FALSE(is_sid(text)) << foreign;
  }
}

} // namespace
} // namespace wire::eio
