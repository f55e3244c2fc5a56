#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mentara/contract/connection_payloads.h"
#include "mentara/contract/failure_payloads.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/messaging_news.h"
#include "wire/base/json.h"

// The exact words that clients see.
namespace mentara::contract {
namespace {

using wire::to_json;

const UnixTime noon{1'769'860'800'007}; // 2026-01-31T12:00:00.007Z

Message plain_message() {
  return {.id = {"m-1"},
          .conversation_id = {"conv-123"},
          .seq = 7,
          .sender = {.id = {"user-1"}},
          .content = "Hello!",
          .created_at = noon};
}

Message full_message() {
  Message message = plain_message();
  message.sender = {.id = {"user-1"}, .name = "Ada", .first_name = "A", .avatar_url = "https://a/a.png", .role = "x"};
  message.content = "\"\n\xe2\x80\xa8";
  message.type = MessageType::FILE;
  message.client_message_id = {"cm-1"};
  message.reply_to = Quote{{"m-0"}, {"user-2"}, "Hi"};
  message.attachments = {{"https://f/1", "one", 1, "a/b"}, {"https://f/2", "two", 2, "c/d"}};
  message.metadata = R"({"k":[1]})";
  return message;
}

const std::string plain_json =
    R"("id":"m-1","conversationId":"conv-123","seq":7,"senderId":"user-1","sender":{"id":"user-1"},)"
    R"("content":"Hello!","messageType":"TEXT","attachments":[],"createdAt":"2026-01-31T12:00:00.007Z",)"
    R"("isEdited":false,"isDeleted":false)";

Conversation conversation() {
  return {.id = {"conv-123"},
          .type = ConversationType::GROUP,
          .created_by = {"user-1"},
          .created_at = noon,
          .updated_at = noon,
          .last_seq = 7,
          .members = {{.user = {.id = {"user-1"}, .name = "Ada", .avatar_url = "https://a/a.png"},
                       .role = MemberRole::ADMIN,
                       .joined_at = noon,
                       .delivered_seq = 6,
                       .read_seq = 5},
                      {.user = {.id = {"user-2"}}, .joined_at = noon}}};
}

const std::string conversation_start =
    R"("id":"conv-123","type":"GROUP","historyVisibility":"SINCE_JOIN","createdBy":"user-1",)"
    R"("createdAt":"2026-01-31T12:00:00.007Z","updatedAt":"2026-01-31T12:00:00.007Z","lastSeq":7,)";
const std::string members =
    R"("members":[{"userId":"user-1","name":"Ada","avatarUrl":"https://a/a.png","role":"ADMIN",)"
    R"("joinedAt":"2026-01-31T12:00:00.007Z","deliveredSeq":6,"readSeq":5},)"
    R"({"userId":"user-2","role":"MEMBER","joinedAt":"2026-01-31T12:00:00.007Z","deliveredSeq":0,"readSeq":0}])";
const std::string personal = R"(,"unreadCount":2,"settings":{"muted":false,"archived":false,"pinned":true})";

ConversationView view() { return {.conversation = conversation(), .unread_count = 2, .settings = {.pinned = true}}; }

TEST(MessageSent, leaves_out_what_a_message_does_not_have) {
  EXPECT_EQ(to_json(MessageSent(plain_message(), "e.9")), "{" + plain_json + R"(,"cursor":"e.9"})");
}

TEST(MessageSent, tells_everything_that_a_message_has) {
  const Message message = full_message();
  EXPECT_EQ(to_json(MessageSent(message, "e.9")),
            R"({"id":"m-1","conversationId":"conv-123","seq":7,"senderId":"user-1",)"
            R"("sender":{"id":"user-1","name":"Ada","avatarUrl":"https://a/a.png"},)"
            "\"content\":\"\\\"\\n\xe2\x80\xa8\","
            R"("messageType":"FILE","clientMessageId":"cm-1",)"
            R"("replyTo":{"id":"m-0","senderId":"user-2","content":"Hi"},)"
            R"("attachments":[{"url":"https://f/1","name":"one","size":1,"mimeType":"a/b"},)"
            R"({"url":"https://f/2","name":"two","size":2,"mimeType":"c/d"}],"metadata":{"k":[1]},)"
            R"("createdAt":"2026-01-31T12:00:00.007Z","isEdited":false,"isDeleted":false,"cursor":"e.9"})");
}

TEST(MessageSent, says_that_it_was_edited_or_deleted) {
  Message edited = plain_message(), deleted = plain_message();
  edited.edited_at = noon;
  deleted.deleted_at = noon;
  deleted.deleted_by = {"user-2"};
  EXPECT_THAT(
      to_json(MessageSent(edited, "e.9")),
      testing::EndsWith(R"("isEdited":true,"editedAt":"2026-01-31T12:00:00.007Z","isDeleted":false,"cursor":"e.9"})"));
  EXPECT_THAT(to_json(MessageSent(deleted, "e.9")),
              testing::EndsWith(R"("isEdited":false,"isDeleted":true,"deletedAt":"2026-01-31T12:00:00.007Z",)"
                                R"("deletedBy":"user-2","cursor":"e.9"})"));
}

TEST(News, say_what_the_contract_says) {
  EXPECT_EQ(to_json(MessageDeleted{"m", "c", 3, "u", noon, "e.1"}),
            R"({"messageId":"m","conversationId":"c","seq":3,"deletedBy":"u",)"
            R"("deletedAt":"2026-01-31T12:00:00.007Z","cursor":"e.1"})");
  const std::vector<Reaction> reactions{{"👍", {{"ann"}, {"bob"}}}, {"\"", {{"cid"}}}};
  EXPECT_EQ(to_json(ReactionsChanged{"m", "c", {reactions}, "e.1"}),
            R"({"messageId":"m","conversationId":"c","reactions":[{"emoji":"👍","count":2,"userIds":["ann","bob"]},)"
            R"({"emoji":"\"","count":1,"userIds":["cid"]}],"cursor":"e.1"})");
  EXPECT_EQ(to_json(MessageRead{.conversationId = "c", .userId = "u", .seq = 3, .at = noon, .cursor = "e.1"}),
            R"({"conversationId":"c","userId":"u","seq":3,"at":"2026-01-31T12:00:00.007Z","cursor":"e.1"})");
  EXPECT_EQ(to_json(UnreadChanged{.conversationId = "c", .unreadCount = 2, .readSeq = 1}),
            R"({"conversationId":"c","unreadCount":2,"readSeq":1})");
  EXPECT_EQ(to_json(TypingChanged{.conversationId = "c", .userId = "u", .isTyping = true}),
            R"({"conversationId":"c","userId":"u","isTyping":true})");
}

TEST(ConversationCreated, holds_nothing_personal) {
  const Conversation created = conversation();
  EXPECT_EQ(to_json(ConversationCreated{.conversation = ConversationShape(created), .cursor = "e.1"}),
            "{\"conversation\":{" + conversation_start + members + "},\"cursor\":\"e.1\"}");
}

TEST(ConversationAck, shows_the_conversation_as_the_caller_sees_it) {
  ConversationView seen = view();
  const std::string start = "{\"success\":true,\"conversation\":{";
  EXPECT_EQ(to_json(ConversationAck{.conversation = ConversationViewShape(seen)}),
            start + conversation_start + members + personal + "}}");

  seen.conversation.title = "Team";
  seen.conversation.metadata = "{}";
  seen.conversation.history_visibility = HistoryVisibility::ALL;
  seen.conversation.members.clear();
  seen.last_message = plain_message();
  seen.settings = {.muted = true, .muted_until = UnixTime{0}, .archived = true};
  EXPECT_EQ(to_json(CreatedAck{.conversation = ConversationViewShape(seen), .created = false}),
            start +
                R"("id":"conv-123","type":"GROUP","title":"Team","metadata":{},"historyVisibility":"ALL",)"
                R"("createdBy":"user-1","createdAt":"2026-01-31T12:00:00.007Z",)"
                R"("updatedAt":"2026-01-31T12:00:00.007Z","lastSeq":7,"lastMessage":{)" +
                plain_json +
                R"(},"members":[],"unreadCount":2,"settings":{"muted":true,)"
                R"("mutedUntil":"1970-01-01T00:00:00.000Z","archived":true,"pinned":false}},)"
                R"("created":false})");
}

TEST(Acks, say_what_the_contract_says) {
  EXPECT_EQ(to_json(PlainAck{}), R"({"success":true})");
  EXPECT_EQ(to_json(ReadAck{.unreadCount = 4}), R"({"success":true,"unreadCount":4})");
  const Message message = plain_message();
  EXPECT_EQ(to_json(MessageAck{.message = MessageShape(message)}),
            "{\"success\":true,\"message\":{" + plain_json + "}}");
  EXPECT_EQ(to_json(MessageAck{.message = MessageShape(message), .duplicate = true}),
            "{\"success\":true,\"message\":{" + plain_json + "},\"duplicate\":true}");
}

TEST(Acks, show_what_was_found) {
  const std::vector<FoundMessage> found{{plain_message(), "Hel…"}};
  EXPECT_EQ(to_json(SearchAck{.messages = {found}, .nextCursor = {"9"}}),
            "{\"success\":true,\"messages\":[{" + plain_json +
                ",\"reactions\":[],\"snippet\":\"Hel…\"}],\"nextCursor\":\"9\"}");
}

TEST(Acks, list_pages) {
  const std::vector<Message> messages{plain_message(), plain_message()};
  EXPECT_EQ(to_json(HistoryAck{.messages = {messages}, .hasMore = true}),
            "{\"success\":true,\"messages\":[{" + plain_json + ",\"reactions\":[]},{" + plain_json +
                ",\"reactions\":[]}],\"hasMore\":true}");
  const std::vector<Edit> edits{{"old", noon}};
  EXPECT_EQ(to_json(EditsAck{.edits = {edits}}),
            R"({"success":true,"edits":[{"content":"old","editedAt":"2026-01-31T12:00:00.007Z"}]})");
  EXPECT_EQ(to_json(HistoryAck{}), R"({"success":true,"messages":[],"hasMore":false})");

  const std::vector<ConversationView> views{view()};
  EXPECT_EQ(
      to_json(ConversationsAck{.conversations = {views}, .nextCursor = {"p2"}}),
      "{\"success\":true,\"conversations\":[{" + conversation_start + members + personal + "}],\"nextCursor\":\"p2\"}");
  EXPECT_EQ(to_json(ConversationsAck{}), R"({"success":true,"conversations":[],"nextCursor":null})");
}

TEST(Failures, say_only_what_they_know) {
  EXPECT_EQ(to_json(FailureAck(Failure{Code::not_found, "No such thing."})),
            R"({"success":false,"error":"No such thing.","code":"not_found"})");
  const Failure slow = unavailable("Later.", 250);
  EXPECT_EQ(to_json(FailureAck(slow)), R"({"success":false,"error":"Later.","code":"unavailable","retryAfterMs":250})");
  const Failure wrong = invalid("limit", "limit must be \"small\"");
  EXPECT_EQ(
      to_json(Exception("conversation:list", wrong)),
      R"({"event":"conversation:list","error":"limit must be \"small\"","code":"invalid_payload","field":"limit"})");
}

TEST(Connected, tells_who_and_where_one_is_and_the_limits) {
  const User user{.id = {"user-1"},
                  .name = "Ada L",
                  .first_name = "Ada",
                  .last_name = "L",
                  .avatar_url = "https://a/a.png",
                  .role = "doctor"};
  EXPECT_EQ(
      to_json(Connected{.userId = user.id.value,
                        .user = UserShape(user),
                        .socketId = "s",
                        .deviceId = "default",
                        .serverTime = noon,
                        .recovered = false,
                        .cursor = "e.0",
                        .version = "0.1.0"}),
      R"({"userId":"user-1","user":{"id":"user-1","name":"Ada L","firstName":"Ada","lastName":"L",)"
      R"("avatarUrl":"https://a/a.png","role":"doctor"},"socketId":"s","deviceId":"default",)"
      R"("serverTime":"2026-01-31T12:00:00.007Z","recovered":false,"cursor":"e.0","limits":{"maxPayload":1000000,)"
      R"("contentMax":16384,"attachmentsMax":10,"participantsMax":1000},"version":"0.1.0"})");
  EXPECT_EQ(to_json(SyncComplete{.cursor = "e.5", .replayed = 5}), R"({"cursor":"e.5","replayed":5})");
}

} // namespace
} // namespace mentara::contract
