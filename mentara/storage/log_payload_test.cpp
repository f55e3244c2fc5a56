#include "mentara/storage/log_payload.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mentara::storage {
namespace {

Message full_message() {
  return {.id = {"m1"},
          .conversation_id = {"c1"},
          .seq = 7,
          .sender = {{"ann"}, "Ann \"A\"", "Ann", "A", "https://img/a.png", "user"},
          .content = "line\nтекст 😀",
          .type = MessageType::FILE,
          .client_message_id = {"k1"},
          .reply_to = Quote{{"m0"}, {"bob"}, "before"},
          .attachments = {{"https://x/1", "1.txt", 12, "text/plain"}},
          .metadata = R"({"a":[1,2]})",
          .created_at = {1700000000123}};
}

// The texts themselves, because rows that were written once must be readable for ever.
TEST(LogPayload, of_a_message_holds_everything) {
  EXPECT_EQ(message_payload(full_message()),
            R"({"id":"m1","conversationId":"c1","seq":7,"senderId":"ann","sender":{"id":"ann",)"
            R"("name":"Ann \"A\"","avatarUrl":"https://img/a.png"},"content":"line\nтекст 😀","messageType":"FILE",)"
            R"("clientMessageId":"k1","replyTo":{"id":"m0","senderId":"bob","content":"before"},)"
            R"("attachments":[{"url":"https://x/1","name":"1.txt","size":12,"mimeType":"text/plain"}],)"
            R"("metadata":{"a":[1,2]},"createdAt":"2023-11-14T22:13:20.123Z","isEdited":false,"isDeleted":false})");
}

TEST(LogPayload, of_a_plain_message_leaves_out_what_it_has_not) {
  EXPECT_EQ(message_payload({.id = {"m1"}, .conversation_id = {"c1"}, .seq = 1, .sender = {{"ann"}}, .content = ""}),
            R"({"id":"m1","conversationId":"c1","seq":1,"senderId":"ann","sender":{"id":"ann"},"content":"",)"
            R"("messageType":"TEXT","attachments":[],"createdAt":"1970-01-01T00:00:00.000Z","isEdited":false,)"
            R"("isDeleted":false})");
}

TEST(LogPayload, of_a_deletion_and_of_reactions) {
  const Message message{.id = {"m1"},
                        .conversation_id = {"c1"},
                        .seq = 4,
                        .sender = {{"ann"}},
                        .content = "",
                        .deleted_at = UnixTime{6},
                        .deleted_by = {"bob"}};
  EXPECT_EQ(
      message_deleted_payload(message),
      R"({"messageId":"m1","conversationId":"c1","seq":4,"deletedBy":"bob","deletedAt":"1970-01-01T00:00:00.006Z"})");
  EXPECT_EQ(reaction_updated_payload(message, {{"👍", {{"ann"}, {"bob"}}}, {"❤", {{"ann"}}}}),
            R"({"messageId":"m1","conversationId":"c1","reactions":[{"emoji":"👍","count":2,"userIds":["ann","bob"]},)"
            R"({"emoji":"❤","count":1,"userIds":["ann"]}]})");
}

TEST(LogPayload, of_members_and_their_conversation) {
  EXPECT_EQ(participant_payload({"c1"}, {"ann"}, MemberRole::MODERATOR, {6}, {"bob"}),
            R"({"conversationId":"c1","participant":{"userId":"ann","role":"MODERATOR",)"
            R"("joinedAt":"1970-01-01T00:00:00.006Z"},"by":"bob"})");
  EXPECT_EQ(conversation_updated_payload({"c1"}, "new", R"({"a":1})"),
            R"({"conversationId":"c1","changes":{"title":"new","metadata":{"a":1}}})");
  EXPECT_EQ(conversation_updated_payload({"c1"}, std::nullopt, "{}"),
            R"({"conversationId":"c1","changes":{"metadata":{}}})");
}

TEST(LogPayload, of_watermarks) {
  const std::string watermark = R"({"conversationId":"c1","userId":"ann","seq":9,"at":"1970-01-01T00:00:00.005Z"})";
  EXPECT_EQ(message_read_payload({"c1"}, {"ann"}, 9, {5}), watermark);
  EXPECT_EQ(message_delivered_payload({"c1"}, {"ann"}, 9, {5}), watermark);
}

TEST(LogPayload, of_a_conversation_holds_everything) {
  Conversation conversation{.id = {"c1"},
                            .type = ConversationType::GROUP,
                            .title = "Plans",
                            .metadata = R"({"k":1})",
                            .history_visibility = HistoryVisibility::ALL,
                            .created_by = {"ann"}};
  conversation.members = {{{{"ann"}, "Ann"}, MemberRole::ADMIN}};
  EXPECT_EQ(conversation_created_payload(conversation),
            R"({"conversation":{"id":"c1","type":"GROUP","title":"Plans","metadata":{"k":1},)"
            R"("historyVisibility":"ALL","createdBy":"ann","createdAt":"1970-01-01T00:00:00.000Z",)"
            R"("updatedAt":"1970-01-01T00:00:00.000Z","lastSeq":0,"members":[{"userId":"ann","name":"Ann",)"
            R"("role":"ADMIN","joinedAt":"1970-01-01T00:00:00.000Z","deliveredSeq":0,"readSeq":0}]}})");
}

TEST(Attachments, come_back_from_their_text) {
  const std::vector<Attachment> attachments = {{"u1", "name \"x\"\n", 12, "text/plain"}, {"u2", "", 0, ""}};
  EXPECT_EQ(attachments_from_text(attachments_to_text(attachments)), attachments);
  EXPECT_EQ(attachments_to_text({}), "");
  EXPECT_TRUE(attachments_from_text("").empty());
}

TEST(Attachments, that_a_broken_disk_has_changed_are_an_error_and_no_crash) {
  EXPECT_THROW(attachments_from_text("[{"), std::runtime_error);
}

TEST(LogPayload, without_quote_empties_the_quoted_text_and_nothing_else) {
  const std::string before =
      R"({"id":"m1","content":"\"replyTo\":{\"content\":\"x\"}","replyTo":{"id":"m0","senderId":"bob","content":"a \"b\" {"},)"
      R"("metadata":{"replyTo":{"content":"mine"}},"isEdited":false})";
  const std::string after =
      R"({"id":"m1","content":"\"replyTo\":{\"content\":\"x\"}","replyTo":{"id":"m0","senderId":"bob","content":""},)"
      R"("metadata":{"replyTo":{"content":"mine"}},"isEdited":false})";
  EXPECT_EQ(without_quote(before), after);
  EXPECT_EQ(without_quote(after), after);
  const std::string none = R"({"id":"m1","metadata":{"replyTo":{"content":"mine"}}})";
  EXPECT_EQ(without_quote(none), none);
}

} // namespace
} // namespace mentara::storage
