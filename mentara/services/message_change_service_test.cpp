#include "mentara/services/message_change_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits.h"
#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MessageChangeServiceTest : public testing::Test, protected World {
 protected:
  MessageChangeServiceTest() { make_group("c", {"admin", "ann", "bob"}); }

  Message say(const std::string& user, const std::string& content) { return send(user, "c", content)->message; }
  Message stored(std::size_t index = 0) { return history("admin", {.conversation_id = {"c"}})->messages.at(index); }
  // What a replay would tell.
  std::vector<std::string> log_rows_with(const std::string& text) {
    const auto connection = database.connect();
    storage::sql::Statement statement(*connection, "SELECT payload FROM log WHERE payload LIKE '%' || ?1 || '%'");
    std::vector<std::string> rows;
    storage::sql::Rows row = statement.query(text);
    while (row.next()) rows.push_back(row.text(0));
    return rows;
  }
};

// --- Edits ---

TEST_F(MessageChangeServiceTest, an_edit_is_kept_answered_and_told_to_the_members) {
  const Message message = say("ann", "first");
  clock.now_.ms += 5000;
  const auto answer = edit("ann", message.id, "second");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->content, "second");
  EXPECT_EQ(answer->edited_at, clock.now());
  EXPECT_EQ(answer->seq, message.seq);
  EXPECT_EQ(answer->created_at, message.created_at);
  EXPECT_EQ(stored(), *answer);

  ASSERT_EQ(updated.size(), 1u);
  EXPECT_EQ(updated[0].message, *answer);
  EXPECT_EQ(updated[0].metadata.origin, "socket-of-ann");
  EXPECT_EQ(updated[0].cursor, store->end_of_log());
  EXPECT_EQ(updated[0].members->size(), 3u);
}

TEST_F(MessageChangeServiceTest, the_earlier_texts_stay_readable_for_members) {
  const Message message = say("ann", "1");
  for (const char* text : {"2", "3"}) {
    clock.now_.ms += 1000;
    edit("ann", message.id, text);
  }
  EXPECT_THAT(*edits("bob", message.id), ElementsAre(Edit{"1", UnixTime{clock.now_.ms - 1000}}, Edit{"2", clock.now_}));
  EXPECT_EQ(edits("eve", message.id).error(), edits("eve", {"absent"}).error());
}

TEST_F(MessageChangeServiceTest, the_same_text_again_is_no_edit) {
  const Message message = say("ann", "same");
  EXPECT_EQ(edit("ann", message.id, "same")->edited_at, std::nullopt);
  EXPECT_THAT(updated, IsEmpty());
  EXPECT_THAT(*edits("ann", message.id), IsEmpty());
}

TEST_F(MessageChangeServiceTest, only_who_wrote_it_may_edit_it_and_a_stranger_learns_nothing) {
  const Message message = say("ann", "mine");
  for (const char* user : {"bob", "admin"}) EXPECT_EQ(edit(user, message.id, "x").error().code, Code::forbidden);
  EXPECT_EQ(edit("eve", message.id, "x").error(), edit("eve", {"absent"}, "x").error());
  EXPECT_EQ(edit("eve", message.id, "x").error(), not_found("message"));
  EXPECT_EQ(stored().content, "mine");
}

TEST_F(MessageChangeServiceTest, a_text_may_become_empty_only_beside_attachments) {
  const Message plain = say("ann", "text");
  EXPECT_EQ(edit("ann", plain.id, "").error().field, "content");
  const auto with_file =
      send("ann", {.conversation_id = {"c"}, .content = "look", .attachments = {{"https://x/1", "1", 1, "a/b"}}});
  EXPECT_EQ(edit("ann", with_file->message.id, "")->content, "");
}

TEST_F(MessageChangeServiceTest, a_retry_of_a_message_that_was_edited_since_is_the_same_message) {
  const NewMessage request{.conversation_id = {"c"}, .content = "sent", .client_message_id = {"k"}};
  const MessageId id = send("ann", request)->message.id;
  edit("ann", id, "edited");
  const auto again = send("ann", request);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->message.content, "edited");
  NewMessage other = request;
  other.content = "edited";
  EXPECT_EQ(send("ann", other).error().code, Code::conflict);
  erase("ann", id);
  EXPECT_TRUE(send("ann", request)->duplicate);
}

// --- Deletions ---

TEST_F(MessageChangeServiceTest, a_deleted_message_leaves_its_place_and_its_sender) {
  const Message message = send("ann", {.conversation_id = {"c"},
                                       .content = "secret",
                                       .attachments = {{"https://x/1", "1", 1, "a/b"}},
                                       .metadata = "{}"})
                              ->message;
  say("bob", "next");
  clock.now_.ms += 1000;
  ASSERT_TRUE(erase("ann", message.id));

  const Message tombstone = stored();
  EXPECT_EQ(tombstone.id, message.id);
  EXPECT_EQ(tombstone.seq, 1);
  EXPECT_EQ(tombstone.sender.id, UserId{"ann"});
  EXPECT_EQ(tombstone.created_at, message.created_at);
  EXPECT_EQ(tombstone.deleted_at, clock.now());
  EXPECT_EQ(tombstone.deleted_by, UserId{"ann"});
  EXPECT_EQ(tombstone.content + tombstone.metadata, "");
  EXPECT_THAT(tombstone.attachments, IsEmpty());

  ASSERT_EQ(deleted.size(), 1u);
  EXPECT_EQ(deleted[0].message_id, message.id);
  EXPECT_EQ(deleted[0].seq, 1);
  EXPECT_EQ(deleted[0].metadata.user_id, UserId{"ann"});
  EXPECT_EQ(deleted[0].cursor, store->end_of_log());
}

TEST_F(MessageChangeServiceTest, nothing_of_a_deleted_text_is_left_in_log_edits_quotes_or_reactions) {
  const Message message = say("ann", "the old secret");
  edit("ann", message.id, "the new secret");
  const auto reply = send("bob", {.conversation_id = {"c"}, .content = "what?", .reply_to_id = message.id});
  edit("bob", reply->message.id, "what!");
  add_reaction("bob", message.id, "😀");
  ASSERT_EQ(log_rows_with("secret").size(), 4u);

  erase("ann", message.id);
  EXPECT_THAT(log_rows_with("secret"), IsEmpty());
  EXPECT_EQ(log_rows_with("what").size(), 2u) << "the answers stay";
  EXPECT_THAT(*edits("bob", message.id), IsEmpty());
  EXPECT_EQ(stored(1).reply_to, (Quote{message.id, {"ann"}, ""}));
  EXPECT_THAT(stored().reactions, IsEmpty());
}

TEST_F(MessageChangeServiceTest, only_its_sender_and_those_who_lead_may_delete_it) {
  EXPECT_EQ(erase("bob", say("ann", "1").id).error().code, Code::forbidden);
  EXPECT_TRUE(erase("admin", say("ann", "2").id));
  EXPECT_EQ(deleted.back().metadata.user_id, UserId{"admin"});
  const Message message = say("ann", "3");
  EXPECT_EQ(erase("eve", message.id).error(), erase("eve", {"absent"}).error());
}

TEST_F(MessageChangeServiceTest, deleting_again_changes_nothing_and_what_is_deleted_stays_so) {
  const Message message = say("ann", "x");
  erase("ann", message.id);
  EXPECT_TRUE(erase("admin", message.id));
  EXPECT_EQ(deleted.size(), 1u);
  EXPECT_EQ(stored().deleted_by, UserId{"ann"});
  EXPECT_EQ(edit("ann", message.id, "back").error().code, Code::conflict);
  EXPECT_EQ(add_reaction("bob", message.id, "😀").error().code, Code::conflict);
}

TEST_F(MessageChangeServiceTest, a_deleted_message_counts_as_unread_no_more) {
  const Message message = say("ann", "x");
  say("ann", "y");
  EXPECT_EQ(open("bob", "c")->unread_count, 2);
  erase("ann", message.id);
  EXPECT_EQ(open("bob", "c")->unread_count, 1);
}

// --- Reactions ---

TEST_F(MessageChangeServiceTest, reactions_are_listed_in_the_order_of_choosing) {
  const Message message = say("ann", "x");
  add_reaction("bob", message.id, "👍");
  add_reaction("ann", message.id, "❤️");
  const auto answer = add_reaction("ann", message.id, "👍");
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, ElementsAre(Reaction{"👍", {{"bob"}, {"ann"}}}, Reaction{"❤️", {{"ann"}}}));
  EXPECT_EQ(stored().reactions, *answer);
  ASSERT_EQ(reacted.size(), 3u);
  EXPECT_EQ(reacted[2].reactions, *answer);
  EXPECT_EQ(reacted[2].message_id, message.id);
  EXPECT_EQ(reacted[2].cursor, store->end_of_log());
}

TEST_F(MessageChangeServiceTest, reacting_twice_or_taking_back_what_is_not_there_tells_nobody) {
  const Message message = say("ann", "x");
  add_reaction("bob", message.id, "👍");
  EXPECT_THAT(*add_reaction("bob", message.id, "👍"), ElementsAre(Reaction{"👍", {{"bob"}}}));
  EXPECT_THAT(*remove_reaction("ann", message.id, "👍"), ElementsAre(Reaction{"👍", {{"bob"}}}));
  EXPECT_EQ(reacted.size(), 1u);
  EXPECT_THAT(*remove_reaction("bob", message.id, "👍"), IsEmpty());
  EXPECT_EQ(reacted.size(), 2u);
}

TEST_F(MessageChangeServiceTest, a_message_has_room_for_so_many_emojis) {
  const Message message = say("ann", "x");
  for (std::size_t i = 0; i < limits::reaction_emojis_max; ++i) {
    ASSERT_TRUE(add_reaction("bob", message.id, std::to_string(i)));
  }
  EXPECT_EQ(add_reaction("bob", message.id, "one more").error().code, Code::conflict);
  EXPECT_TRUE(add_reaction("ann", message.id, "0"));
  EXPECT_TRUE(add_reaction("bob", message.id, "0")) << "what is there already needs no room";
}

TEST_F(MessageChangeServiceTest, a_stranger_reacts_to_nothing) {
  const Message message = say("ann", "x");
  EXPECT_EQ(add_reaction("eve", message.id, "👍").error(), add_reaction("eve", {"absent"}, "👍").error());
  EXPECT_EQ(remove_reaction("eve", message.id, "👍").error(), remove_reaction("eve", {"absent"}, "👍").error());
}

} // namespace
} // namespace mentara::services
