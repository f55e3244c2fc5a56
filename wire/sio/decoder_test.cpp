#include "wire/sio/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wire::sio {
namespace {

class SioDecoder : public testing::Test {
 protected:
  using Outcome = Result<std::optional<Decoded>, Error>;

  Outcome text(std::string packet) {
    bytes = std::move(packet); // Decoded borrows it
    return decoder.on_text(bytes, scratch);
  }
  Outcome binary(std::string_view attachment) { return decoder.on_binary(attachment, scratch); }

  // A decoder that has seen nothing, for one packet.
  void expect_refused(const std::string& packet, Error error) {
    Decoder fresh(limits);
    const auto outcome = fresh.on_text(packet, scratch);
    ASSERT_FALSE(outcome) << packet;
    EXPECT_EQ(outcome.error(), error) << packet << ": " << describe(outcome.error());
  }
  void expect_event(const std::string& packet, std::string_view name, std::string_view arguments) {
    const auto outcome = text(packet);
    ASSERT_TRUE(outcome) << packet << ": " << describe(outcome.error());
    ASSERT_TRUE(*outcome) << packet;
    EXPECT_EQ((*outcome)->type, PacketType::event) << packet;
    EXPECT_EQ((*outcome)->event, name) << packet;
    EXPECT_EQ((*outcome)->args.raw_all(), arguments) << packet;
  }

  DecoderLimits limits;
  DecodeScratch scratch;
  Decoder decoder{limits};
  std::string bytes;
};

// --- packets without attachments ---

TEST_F(SioDecoder, reads_connect_with_and_without_auth) {
  const auto bare = text("0/chat,");
  ASSERT_TRUE(bare && *bare);
  EXPECT_EQ((*bare)->type, PacketType::connect);
  EXPECT_EQ((*bare)->nsp, "/chat");
  EXPECT_EQ((*bare)->json, "");
  const auto auth = text(R"(0{"token":"abc"})");
  ASSERT_TRUE(auth && *auth);
  EXPECT_EQ((*auth)->json, R"({"token":"abc"})");
  EXPECT_EQ((*auth)->payload.find("token")->string(), "abc");
  EXPECT_TRUE(text(R"(07{"token":"abc"})")) << "an id means nothing here";
}

TEST_F(SioDecoder, reads_disconnect) {
  const auto outcome = text("1/chat,");
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ((*outcome)->type, PacketType::disconnect);
  EXPECT_TRUE(text("17"));
}

TEST_F(SioDecoder, reads_events) {
  expect_event(R"(2["hi"])", "hi", "");
  expect_event(R"(2["hi",1,"a"])", "hi", R"(1,"a")");
  expect_event(R"(2 [ "hi" , {"a":[1 , 2]} ] )", "hi", R"({"a":[1 , 2]})");
  expect_event(R"(2["","x"])", "", R"("x")");
  expect_event(R"(2["h\u00e9"])", "hé", "");
  const auto with_id = text(R"(2/chat,007["hi"])");
  ASSERT_TRUE(with_id && *with_id);
  EXPECT_EQ((*with_id)->id, 7u);
  EXPECT_EQ((*with_id)->nsp, "/chat");
}

TEST_F(SioDecoder, accepts_what_Node_accepts_though_it_is_odd) {
  expect_event("2", "", "");   // an event without a name
  expect_event("212", "", ""); // and one whose answer is wanted
  expect_event("2[1,2]", "1", "2");
  expect_event("2[1.5]", "1.5", "");
  expect_event("2[-7]", "-7", "");
  for (const char* name : {"error", "connection", "message", "__proto__", "constructor"}) {
    expect_event("2[\"" + std::string(name) + "\"]", name, "");
  }
  expect_event(R"(2["a",{"_placeholder":true,"num":0}])", "a", R"({"_placeholder":true,"num":0})");
}

TEST_F(SioDecoder, reads_acks) {
  const auto outcome = text(R"(312["a",1])");
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ((*outcome)->type, PacketType::ack);
  EXPECT_EQ((*outcome)->id, 12u);
  EXPECT_EQ((*outcome)->args.raw_all(), R"("a",1)");
  EXPECT_TRUE(text("312[]"));
  EXPECT_TRUE(text("3[]")) << "without an id it answers nothing";
  const auto bare = text("312");
  ASSERT_TRUE(bare && *bare);
  EXPECT_TRUE((*bare)->args.empty());
}

// --- what closes the connection ---

TEST_F(SioDecoder, refuses_what_is_no_packet) {
  expect_refused("", Error::empty_packet);
  expect_refused("7", Error::unknown_type);
  expect_refused("a", Error::unknown_type);
}

TEST_F(SioDecoder, E4_refuses_events_without_a_usable_name) {
  for (const char* json : {"[]", "[null]", "[true]", "[{}]", "[[]]", R"([{"toString":"x"}])", "{}", "\"a\"", "null"}) {
    expect_refused(std::string("2").append(json), Error::invalid_payload);
  }
  for (const char* name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    expect_refused("2[\"" + std::string(name) + "\",1]", Error::reserved_event_name);
  }
  expect_refused(R"(2["disc\u006fnnect"])", Error::reserved_event_name);
}

TEST_F(SioDecoder, refuses_payloads_that_their_types_do_not_have) {
  for (const char* packet : {"0null", "0[]", R"(0"x")", "0true", "1{}", "1[]", "1 null", "3{}", R"(31"x")", "31null",
                             "4", "4{}", R"(4{"message":"no"})"}) {
    expect_refused(packet, Error::invalid_payload);
  }
}

TEST_F(SioDecoder, E27_refuses_what_is_not_JSON) {
  for (const char* packet :
       {"2abc[\"a\"]", R"(2["a")", "2-1[\"a\"]", R"(21e3["a"])", R"(2["a"]])", R"(2["a",])", "2[\"a\n\"]", "0{",
        R"(0{"a":1,"a":2})", "31[NaN]", R"(2["\ud800"])", "2[\"\xff\"]", "2\xef\xbb\xbf[\"a\"]", "2 ", "1 "}) {
    expect_refused(packet, Error::invalid_json);
  }
}

TEST_F(SioDecoder, E27_refuses_JSON_beyond_the_limits) {
  const auto nested = [](std::size_t depth) {
    return R"(2["a",)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "]";
  };
  EXPECT_TRUE(text(nested(limits::json_depth_max)));
  expect_refused(nested(limits::json_depth_max + 1), Error::json_limit);
  expect_refused(nested(100'000), Error::json_limit);
  std::string many = R"(2["a")";
  for (std::size_t i = 0; i < limits::json_values_max; ++i) many += ",1";
  expect_refused(many + "]", Error::json_limit);
  expect_refused(R"(2["a",)" + std::string(400, '1') + "]", Error::json_limit);
}

TEST_F(SioDecoder, refuses_a_binary_message_that_nothing_announced) {
  const auto first = binary("x");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error(), Error::unexpected_binary);
  ASSERT_TRUE(text(R"(2["hi"])"));
  EXPECT_EQ(binary("x").error(), Error::unexpected_binary);
}

// --- attachments ---

TEST_F(SioDecoder, waits_for_the_attachments_and_puts_them_in) {
  const auto first = text(R"(52-/chat,3["a",{"_placeholder":true,"num":1},{"b":{"_placeholder":true,"num":0}}])");
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first);
  EXPECT_TRUE(decoder.waiting_for_attachments());
  const auto second = binary("one");
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
  const auto complete = binary(std::string_view("tw\0", 3));
  ASSERT_TRUE(complete && *complete);
  EXPECT_FALSE(decoder.waiting_for_attachments());
  const Decoded& packet = **complete;
  EXPECT_EQ(packet.type, PacketType::event);
  EXPECT_EQ(packet.nsp, "/chat");
  EXPECT_EQ(packet.id, 3u);
  EXPECT_EQ(packet.event, "a");
  EXPECT_EQ(packet.args.binary(packet.args[0]), std::string_view("tw\0", 3));
  EXPECT_EQ(packet.args.binary(*packet.args[1].find("b")), "one");
  EXPECT_EQ(packet.args.binary(packet.args[1]), std::nullopt);
}

TEST_F(SioDecoder, is_ready_for_the_next_packet_of_either_kind) {
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(text(R"(51-["a",{"_placeholder":true,"num":0}])"));
    const auto complete = binary("x");
    ASSERT_TRUE(complete && *complete) << round;
    expect_event(R"(2["hi",{"_placeholder":true,"num":0}])", "hi", R"({"_placeholder":true,"num":0})");
  }
  const auto plain = text(R"(2["hi",{"_placeholder":true,"num":0}])");
  EXPECT_EQ((*plain)->args.binary((*plain)->args[0]), std::nullopt) << "the last packet's attachment is gone";
}

TEST_F(SioDecoder, reads_binary_acks) {
  ASSERT_TRUE(text(R"(61-12[{"_placeholder":true,"num":0}])"));
  const auto complete = binary("x");
  ASSERT_TRUE(complete && *complete);
  EXPECT_EQ((*complete)->type, PacketType::ack);
  EXPECT_EQ((*complete)->id, 12u);
  EXPECT_EQ((*complete)->args.binary((*complete)->args[0]), "x");
}

TEST_F(SioDecoder, does_not_mind_attachments_that_are_shared_or_not_used) {
  ASSERT_TRUE(text(R"(52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0.0}])"));
  ASSERT_TRUE(binary("shared"));
  const auto complete = binary("not used");
  ASSERT_TRUE(complete && *complete);
  EXPECT_EQ((*complete)->args.binary((*complete)->args[0]), "shared");
  EXPECT_EQ((*complete)->args.binary((*complete)->args[1]), "shared");
}

TEST_F(SioDecoder, takes_an_object_for_a_placeholder_only_when_it_says_true) {
  ASSERT_TRUE(text(R"(51-["a",{"_placeholder":false,"num":9},{"_placeholder":1,"num":9},{"num":9}])"));
  EXPECT_TRUE(binary("x"));
}

TEST_F(SioDecoder, E3_refuses_a_placeholder_that_is_no_index) {
  for (const char* num : {R"("splice")", R"("length")", R"("0")", "-1", "1", "1e9", "0.5", "18446744073709551615",
                          "null", "true", "[0]", "{}"}) {
    for (const bool deep : {false, true}) {
      Decoder fresh(limits);
      const std::string value = R"({"_placeholder":true,"num":)" + std::string(num) + "}";
      const std::string packet = R"(51-["a",)" + (deep ? R"({"deep":[)" + value + "]}" : value) + "]";
      ASSERT_TRUE(fresh.on_text(packet, scratch)) << packet;
      const auto outcome = fresh.on_binary("x", scratch);
      ASSERT_FALSE(outcome) << packet;
      EXPECT_EQ(outcome.error(), Error::illegal_placeholder);
    }
  }
  ASSERT_TRUE(text(R"(51-["a",{"_placeholder":true}])"));
  EXPECT_EQ(binary("x").error(), Error::illegal_placeholder);
}

TEST_F(SioDecoder, refuses_a_complete_packet_whose_text_is_wrong) {
  const auto refuses = [&](std::string_view packet, Error error) {
    Decoder fresh(limits);
    ASSERT_TRUE(fresh.on_text(packet, scratch)) << packet;
    const auto outcome = fresh.on_binary("x", scratch);
    ASSERT_FALSE(outcome) << packet;
    EXPECT_EQ(outcome.error(), error) << packet << ": " << describe(outcome.error());
  };
  refuses(R"(51-["a")", Error::invalid_json);
  refuses(R"(51-["disconnect"])", Error::reserved_event_name);
  refuses(R"(51-[{"_placeholder":true,"num":0}])", Error::invalid_payload);
  refuses(R"(51-{"_placeholder":true,"num":0})", Error::invalid_payload);
  refuses("51-", Error::illegal_placeholder);
}

TEST_F(SioDecoder, refuses_any_text_while_attachments_are_due) {
  for (const char* packet : {R"(2["hi"])", "0/other,", "1", R"(51-["a"])", "x", ""}) {
    Decoder fresh(limits);
    ASSERT_TRUE(fresh.on_text(R"(52-["a"])", scratch));
    ASSERT_TRUE(fresh.on_binary("x", scratch));
    const auto outcome = fresh.on_text(packet, scratch);
    ASSERT_FALSE(outcome) << packet;
    EXPECT_EQ(outcome.error(), Error::text_while_binary_expected) << packet;
  }
}

TEST_F(SioDecoder, E6_takes_N_attachments_and_refuses_one_more) {
  limits.attachments_max = 3;
  ASSERT_TRUE(text(R"(53-["a",{"_placeholder":true,"num":2}])"));
  ASSERT_TRUE(binary("0"));
  ASSERT_TRUE(binary("1"));
  const auto complete = binary("2");
  ASSERT_TRUE(complete && *complete);
  EXPECT_EQ((*complete)->args.binary((*complete)->args[0]), "2");
  EXPECT_EQ(binary("3").error(), Error::unexpected_binary);
  expect_refused(R"(54-["a"])", Error::illegal_attachments);
}

TEST_F(SioDecoder, E7_refuses_a_packet_that_announces_no_attachments) {
  expect_refused(R"(50-["a"])", Error::illegal_attachments);
  expect_refused(R"(5-["a"])", Error::illegal_attachments);
}

TEST_F(SioDecoder, E6_holds_attachments_up_to_the_limit_by_the_byte) {
  limits.message_bytes_max = 100;
  ASSERT_TRUE(text(R"(53-["a"])"));
  ASSERT_TRUE(binary(std::string(60, 'x')));
  ASSERT_TRUE(binary(std::string(40, 'x')));
  const auto empty = binary("");
  ASSERT_TRUE(empty && *empty);

  ASSERT_TRUE(text(R"(53-["a"])"));
  ASSERT_TRUE(binary(std::string(60, 'x')));
  EXPECT_EQ(binary(std::string(41, 'x')).error(), Error::too_many_bytes);
}

} // namespace
} // namespace wire::sio
