#include "mentara/contract/messaging_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mentara/contract/decode.h"
#include "wire/base/json.h"

namespace mentara::contract {
namespace {

using testing::HasSubstr;

const User caller{.id = {"user-1"}, .role = "patient"};

template <class T>
wire::Result<T, Failure> read(const std::string& json) {
  static wire::JsonParser parser;
  const auto view = parser.parse(json);
  if (!view) {
    ADD_FAILURE() << "the test's JSON is broken: " << json;
    return Failure{};
  }
  return decode<T>(*view, caller);
}

// The fault as "field: error", or "" if there is none.
template <class T>
std::string fault(const std::string& json) {
  const auto result = read<T>(json);
  if (result) return "";
  EXPECT_EQ(result.error().code, Code::invalid_payload);
  return result.error().field + ": " + result.error().error;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string times(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string list_of(std::size_t count, const std::string& element) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) out += (i ? "," : "") + element;
  return out + "]";
}

std::string sending(const std::string& more) { return R"({"conversationId":"conv-123","content":"x",)" + more + "}"; }
std::string saying(const std::string& content) {
  return R"({"conversationId":"conv-123","content":)" + quoted(content) + "}";
}
std::string creating(const std::string& more) { return R"({"type":"GROUP","participantIds":[],)" + more + "}"; }
std::string with_participants(const std::string& list) { return R"({"type":"GROUP","participantIds":)" + list + "}"; }
std::string reading_history(const std::string& more) { return R"({"conversationId":"c",)" + more + "}"; }

const std::string attachment = R"({"url":"https://a/b","name":"b","size":0,"mimeType":"a/b"})";
std::string attaching(const std::string& field, const std::string& value) {
  std::string out;
  for (const std::string name : {"url", "name", "size", "mimeType"}) {
    const std::string plain = name == "size" ? "1" : quoted("x");
    out += (out.empty() ? "" : ",") + quoted(name) + ":" + (name == field ? value : plain);
  }
  return R"({"conversationId":"c","attachments":[{)" + out + "}]}";
}

// {"k":"xx…"} of exactly `bytes` bytes.
std::string object_of(std::size_t bytes) { return R"({"k":")" + std::string(bytes - 8, 'x') + R"("})"; }

// --- message:send ---

TEST(SendMessage, reads_the_sample_of_the_seed) {
  const auto request = read<SendMessage>(R"({"conversationId":"conv-123","content":"Hello!","messageType":"TEXT"})");
  ASSERT_TRUE(request) << request.error().error;
  EXPECT_EQ(request->conversationId.value, "conv-123");
  EXPECT_EQ(request->content.value, "Hello!");
  EXPECT_EQ(request->messageType.value, MessageType::TEXT);
  EXPECT_FALSE(request->clientMessageId);
  EXPECT_FALSE(request->replyToId);
  EXPECT_FALSE(request->metadata);
  EXPECT_TRUE(request->attachments.value.empty());
}

TEST(SendMessage, reads_every_field) {
  const auto request = read<SendMessage>(R"({
    "conversationId": "c:1", "content": "a\u0000b \ud83d\ude00", "messageType": "IMAGE", "clientMessageId": "cm.1",
    "replyToId": "m-1", "metadata": {"a": [1, 2.5, {"b": null}], "c": "d"},
    "attachments": [{"url": "https://x/y", "name": "y", "size": 12, "mimeType": "image/png"}]})");
  ASSERT_TRUE(request) << request.error().error;
  EXPECT_EQ(request->content.value, std::string("a\0b \xf0\x9f\x98\x80", 8));
  EXPECT_EQ(request->messageType.value, MessageType::IMAGE);
  EXPECT_EQ(request->clientMessageId->value, "cm.1");
  EXPECT_EQ(request->replyToId->value, "m-1");
  EXPECT_EQ(request->metadata->value, R"({"a":[1,2.5,{"b":null}],"c":"d"})");
  EXPECT_EQ(to_domain(request->attachments.value), (std::vector<Attachment>{{"https://x/y", "y", 12, "image/png"}}));
}

TEST(SendMessage, counts_the_content_in_code_points) {
  EXPECT_EQ(fault<SendMessage>(saying(times(16'384, "x"))), "");
  EXPECT_EQ(fault<SendMessage>(saying(times(16'384, "\xf0\x9f\x98\x80"))), "");
  EXPECT_EQ(fault<SendMessage>(saying(times(16'384, "\\ud83d\\ude00"))), "");
  EXPECT_EQ(fault<SendMessage>(saying(times(16'385, "x"))),
            "content: content must have at most 16384 characters, but has 16385");
  EXPECT_NE(fault<SendMessage>(saying(times(16'385, "\xf0\x9f\x98\x80"))), "");
}

TEST(SendMessage, may_be_without_content_only_with_attachments) {
  constexpr const char* refusal = "content: content must have at least 1 character, unless there are attachments";
  EXPECT_EQ(fault<SendMessage>(saying("")), refusal);
  EXPECT_EQ(fault<SendMessage>(R"({"conversationId":"c"})"), refusal);
  EXPECT_EQ(fault<SendMessage>(R"({"conversationId":"c","content":null,"attachments":[]})"), refusal);
  EXPECT_EQ(fault<SendMessage>(R"({"conversationId":"c","content":"","attachments":[)" + attachment + "]}"), "");
  EXPECT_EQ(fault<SendMessage>(R"({"conversationId":"c","attachments":[)" + attachment + "]}"), "");
}

TEST(SendMessage, holds_every_bound_of_an_attachment) {
  EXPECT_EQ(fault<SendMessage>(sending("\"attachments\":" + list_of(10, attachment))), "");
  EXPECT_EQ(fault<SendMessage>(sending("\"attachments\":" + list_of(11, attachment))),
            "attachments: attachments must have at most 10 entries, but has 11");
  const struct {
    std::string field;
    std::size_t max;
  } texts[] = {{"url", 2048}, {"name", 255}, {"mimeType", 127}};
  for (const auto& [field, max] : texts) {
    EXPECT_EQ(fault<SendMessage>(attaching(field, quoted(times(max, "x")))), "");
    EXPECT_THAT(fault<SendMessage>(attaching(field, quoted(times(max + 1, "x")))),
                HasSubstr("attachments[0]." + field + " must have 1 to " + std::to_string(max) + " characters"));
    EXPECT_THAT(fault<SendMessage>(attaching(field, "\"\"")), HasSubstr("but has 0"));
    EXPECT_THAT(fault<SendMessage>(attaching(field, "null")), HasSubstr("attachments[0]." + field + " is required"));
  }
  EXPECT_EQ(fault<SendMessage>(attaching("size", "0")), "");
  EXPECT_EQ(fault<SendMessage>(attaching("size", "9007199254740991")), "");
  for (const std::string wrong : {"-1", "1.5", "9007199254740992", "1e300", "100000000000000000000", "\"1\"", "true"}) {
    EXPECT_THAT(fault<SendMessage>(attaching("size", wrong)), HasSubstr("must be a whole number from 0")) << wrong;
  }
}

TEST(SendMessage, says_where_a_fault_lies) {
  const std::string broken = R"("attachments":[)" + attachment + "," + attachment + R"(,{"url":7}])";
  EXPECT_EQ(fault<SendMessage>(sending(broken)),
            "attachments[2].url: attachments[2].url must be a string, not a number");
  EXPECT_EQ(fault<SendMessage>(sending(R"("attachments":[)" + attachment + ",null]")),
            "attachments[1]: attachments[1] must be an object, not null");
}

TEST(SendMessage, bounds_metadata_in_bytes_of_compact_json) {
  EXPECT_EQ(fault<SendMessage>(sending("\"metadata\":" + object_of(4096))), "");
  EXPECT_EQ(fault<SendMessage>(sending("\"metadata\":" + object_of(4097))),
            "metadata: metadata must be an object of at most 4096 bytes as compact JSON");
  EXPECT_EQ(fault<SendMessage>(sending("\"metadata\": { \"k\" :" + std::string(5000, ' ') + "1 }")), "");
  EXPECT_NE(fault<SendMessage>(sending("\"metadata\":{\"k\":" + list_of(2100, "1") + "}")), "");
  EXPECT_EQ(fault<SendMessage>(sending("\"metadata\":[]")), "metadata: metadata must be an object, not an array");
}

TEST(SendMessage, relays_no_prototype_in_metadata) {
  const auto request = read<SendMessage>(
      sending(R"("metadata":{"__proto__":{"admin":true},"a":[{"\u005f_proto__":1,"b":2}],"constructor":{}})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->metadata->value, R"({"a":[{"b":2}],"constructor":{}})");
}

TEST(SendMessage, takes_a_type_in_any_case_and_names_those_that_are_allowed) {
  EXPECT_EQ(read<SendMessage>(sending(R"("messageType":"video")"))->messageType.value, MessageType::VIDEO);
  EXPECT_EQ(read<SendMessage>(sending(R"("messageType":"File")"))->messageType.value, MessageType::FILE);
  for (const std::string wrong : {"\"SYSTEM\"", "\"\"", "\"TEXTS\"", "\"TEX\"", "0", "{}"}) {
    EXPECT_EQ(fault<SendMessage>(sending("\"messageType\":" + wrong)),
              "messageType: messageType must be one of TEXT, IMAGE, AUDIO, VIDEO, FILE")
        << wrong;
  }
}

TEST(SendMessage, takes_only_well_formed_ids) {
  for (const std::string field : {"clientMessageId", "replyToId"}) {
    const auto with = [&](const std::string& id) { return sending(quoted(field) + ":" + quoted(id)); };
    EXPECT_EQ(fault<SendMessage>(with(std::string(128, 'x'))), "");
    EXPECT_EQ(fault<SendMessage>(with("AZaz09_-.:")), "");
    for (const std::string& wrong : {std::string(129, 'x'), std::string(), std::string("a b"), std::string("é"),
                                     std::string("a/b"), std::string("\\u0000")}) {
      EXPECT_EQ(fault<SendMessage>(with(wrong)),
                field + ": " + field + " must be an id: 1 to 128 of A-Z a-z 0-9 _ - . :");
    }
  }
  EXPECT_EQ(fault<SendMessage>(R"({"content":"x"})"), "conversationId: conversationId is required");
  EXPECT_EQ(fault<SendMessage>(R"({"conversationId":null,"content":"x"})"),
            "conversationId: conversationId is required");
  EXPECT_EQ(fault<SendMessage>(R"({"conversationId":1,"content":"x"})"),
            "conversationId: conversationId must be a string, not a number");
}

// --- message:read ---

TEST(ReadMessages, needs_a_message_id_or_a_conversation_and_a_seq) {
  EXPECT_EQ(fault<ReadMessages>(R"({"conversationId":"c","seq":7})"), "");
  EXPECT_EQ(fault<ReadMessages>(R"({"conversationId":"c","messageId":"m"})"), "");
  EXPECT_EQ(fault<ReadMessages>(R"({"messageId":"m"})"), "");
  EXPECT_EQ(fault<ReadMessages>(R"({"conversationId":"c"})"), "seq: seq is required, unless there is a messageId");
  EXPECT_EQ(fault<ReadMessages>(R"({"seq":7})"),
            "conversationId: conversationId is required, unless there is a messageId");
  EXPECT_EQ(read<ReadMessages>(R"({"conversationId":"c","seq":7.0})")->seq->value, 7);
  EXPECT_NE(fault<ReadMessages>(R"({"conversationId":"c","seq":-1})"), "");
  EXPECT_NE(fault<ReadMessages>(R"({"conversationId":"c","seq":7.5})"), "");
}

// --- conversation:* ---

TEST(CreateConversation, has_defaults) {
  const auto request = read<CreateConversation>(R"({"type":"direct","participantIds":["user-2"]})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->type, ConversationType::DIRECT);
  EXPECT_EQ(request->participantIds.value, std::vector<UserId>{{"user-2"}});
  EXPECT_EQ(request->title.value, "");
  EXPECT_FALSE(request->conversationId);
  EXPECT_EQ(request->historyVisibility.value, HistoryVisibility::SINCE_JOIN);
  EXPECT_EQ(read<CreateConversation>(creating(R"("historyVisibility":"all")"))->historyVisibility.value,
            HistoryVisibility::ALL);
}

TEST(CreateConversation, needs_type_and_participants) {
  EXPECT_EQ(fault<CreateConversation>(R"({"participantIds":[]})"), "type: type is required");
  EXPECT_EQ(fault<CreateConversation>(R"({"type":"GROUP"})"), "participantIds: participantIds is required");
  EXPECT_EQ(fault<CreateConversation>(R"({"type":"PARTY","participantIds":[]})"),
            "type: type must be one of DIRECT, GROUP, SESSION, SUPPORT");
}

TEST(CreateConversation, holds_its_bounds) {
  EXPECT_EQ(fault<CreateConversation>(creating("\"title\":" + quoted(times(200, "é")))), "");
  EXPECT_EQ(fault<CreateConversation>(creating("\"title\":" + quoted(times(201, "é")))),
            "title: title must have at most 200 characters, but has 201");
  EXPECT_EQ(fault<CreateConversation>(with_participants(list_of(1000, "\"u\""))), "");
  EXPECT_EQ(fault<CreateConversation>(with_participants(list_of(1001, "\"u\""))),
            "participantIds: participantIds must have at most 1000 entries, but has 1001");
  EXPECT_EQ(fault<CreateConversation>(with_participants("\"u\"")),
            "participantIds: participantIds must be an array, not a string");
  EXPECT_EQ(fault<CreateConversation>(creating("\"metadata\":" + object_of(4096))), "");
  EXPECT_NE(fault<CreateConversation>(creating("\"metadata\":" + object_of(4097))), "");
  EXPECT_EQ(fault<CreateConversation>(creating("\"conversationId\":" + quoted(std::string(128, 'c')))), "");
  EXPECT_NE(fault<CreateConversation>(creating("\"conversationId\":" + quoted(std::string(129, 'c')))), "");
}

TEST(CreateConversation, takes_any_well_formed_user_id) {
  for (const std::string& right : {std::string("auth0|a b"), std::string("jörg@example.org"),
                                   std::string("\\ud83d\\ude00"), std::string("\\u00a0"), times(128, "é")}) {
    EXPECT_EQ(fault<CreateConversation>(with_participants("[" + quoted(right) + "]")), "") << right;
  }
  for (const std::string& wrong : {std::string(), std::string("a\\u0000"), std::string("a\\nb"), std::string("\\u007f"),
                                   std::string("\\u0080"), std::string("\\u009f"), times(129, "é")}) {
    EXPECT_EQ(fault<CreateConversation>(with_participants("[\"a\",\"b\",\"c\"," + quoted(wrong) + "]")),
              "participantIds[3]: participantIds[3] must be a user id: 1 to 128 characters, no control characters")
        << wrong;
  }
}

TEST(ListConversations, has_defaults_and_bounds) {
  const auto request = read<ListConversations>("{}");
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->before);
  EXPECT_EQ(request->limit.value, 20);
  EXPECT_FALSE(request->unreadOnly.value);
  EXPECT_EQ(read<ListConversations>(R"({"limit":100})")->limit.value, 100);
  EXPECT_EQ(read<ListConversations>(R"({"limit":1})")->limit.value, 1);
  EXPECT_EQ(fault<ListConversations>(R"({"limit":101})"), "limit: limit must be a whole number from 1 to 100");
  EXPECT_NE(fault<ListConversations>(R"({"limit":0})"), "");
  EXPECT_TRUE(read<ListConversations>(R"({"unreadOnly":true})")->unreadOnly.value);
  EXPECT_EQ(fault<ListConversations>(R"({"unreadOnly":1})"),
            "unreadOnly: unreadOnly must be true or false, not a number");
  EXPECT_EQ(fault<ListConversations>("{\"before\":" + quoted(std::string(512, 'x')) + "}"), "");
  EXPECT_NE(fault<ListConversations>("{\"before\":" + quoted(std::string(513, 'x')) + "}"), "");
}

TEST(ReadHistory, has_defaults_and_bounds) {
  EXPECT_EQ(read<ReadHistory>(R"({"conversationId":"c"})")->limit.value, 50);
  EXPECT_EQ(read<ReadHistory>(reading_history(R"("limit":200)"))->limit.value, 200);
  EXPECT_EQ(fault<ReadHistory>(reading_history(R"("limit":201)")), "limit: limit must be a whole number from 1 to 200");
  EXPECT_NE(fault<ReadHistory>(reading_history(R"("limit":0)")), "");
  EXPECT_EQ(read<ReadHistory>(reading_history(R"("afterSeq":0)"))->afterSeq->value, 0);
}

TEST(ReadHistory, takes_one_position_at_most) {
  for (const std::string one : {"beforeSeq", "afterSeq", "aroundSeq"}) {
    for (const std::string other : {"beforeSeq", "afterSeq", "aroundSeq"}) {
      const std::string found = fault<ReadHistory>(
          reading_history(one == other ? quoted(one) + ":1" : quoted(one) + ":1," + quoted(other) + ":2"));
      if (one == other) {
        EXPECT_EQ(found, "");
      } else {
        EXPECT_THAT(found, HasSubstr("cannot stand beside")) << one << " and " << other;
      }
    }
  }
  EXPECT_EQ(fault<ReadHistory>(reading_history(R"("beforeSeq":1,"afterSeq":null)")), "");
}

// --- What holds for every payload ---

TEST(Decode, refuses_a_payload_that_is_not_an_object) {
  EXPECT_EQ(fault<ListConversations>("null"), ": The payload must be an object, not null");
  EXPECT_EQ(fault<ListConversations>("[]"), ": The payload must be an object, not an array");
  EXPECT_EQ(fault<WhichConversation>("\"conv-123\""), ": The payload must be an object, not a string");
  EXPECT_EQ(fault<SendMessage>("true"), ": The payload must be an object, not a boolean");
}

TEST(Decode, reads_no_argument_at_all_as_an_object_without_fields) {
  EXPECT_TRUE(decode<ListConversations>(std::nullopt, caller));
  const auto request = decode<WhichConversation>(std::nullopt, caller);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error(), invalid("conversationId", "conversationId is required"));
}

TEST(Decode, ignores_unknown_fields) {
  EXPECT_EQ(fault<WhichConversation>(R"({"conversationId":"c","__proto__":{"x":1},"constructor":1,"sentAt":0})"), "");
}

TEST(Decode, never_trips_over_a_wrong_type) {
  const std::string values[] = {"null",  "true", "0",    "-1",     "1.5", "1e300",      "\"\"",
                                "\"x\"", "[]",   "[[]]", "[null]", "{}",  R"({"a":{}})"};
  const std::string fields[] = {"conversationId", "content",     "messageType",       "clientMessageId",
                                "replyToId",      "attachments", "metadata",          "type",
                                "participantIds", "title",       "historyVisibility", "before",
                                "limit",          "unreadOnly",  "beforeSeq",         "seq",
                                "messageId"};
  for (const std::string& value : values) {
    for (const std::string& field : fields) {
      const std::string json = "{" + quoted(field) + ":" + value + "}";
      // fault() sees to it that the answer is invalid_payload, if it is one.
      fault<SendMessage>(json);
      fault<ReadMessages>(json);
      fault<WhichConversation>(json);
      fault<CreateConversation>(json);
      fault<ListConversations>(json);
      fault<ReadHistory>(json);
    }
  }
}

TEST(Decode, refuses_a_foreign_identity) { // Z2
  for (const std::string field : {"senderId", "fromUserId", "userId"}) {
    const auto with = [&](const std::string& value) { return read<SendMessage>(sending(quoted(field) + ":" + value)); };
    EXPECT_TRUE(with("\"user-1\""));
    EXPECT_TRUE(with("null"));
    for (const std::string foreign : {"\"user-2\"", "\"USER-1\"", "\"\"", "1", "{}", "[\"user-1\"]"}) {
      ASSERT_FALSE(with(foreign)) << foreign;
      EXPECT_EQ(with(foreign).error().code, Code::forbidden) << foreign;
    }
  }
  EXPECT_TRUE(read<SendMessage>(sending(R"("role":"patient")")));
  ASSERT_FALSE(read<SendMessage>(sending(R"("role":"ADMIN")")));
  EXPECT_EQ(read<SendMessage>(sending(R"("role":"ADMIN")")).error().code, Code::forbidden);
}

TEST(Decode, looks_at_identity_before_anything_else_and_only_at_the_top) {
  const auto lying = read<SendMessage>(R"({"senderId":"user-2"})");
  ASSERT_FALSE(lying);
  EXPECT_EQ(lying.error().code, Code::forbidden);
  EXPECT_TRUE(read<SendMessage>(sending(R"("metadata":{"userId":"user-2"})")));
}

} // namespace
} // namespace mentara::contract
