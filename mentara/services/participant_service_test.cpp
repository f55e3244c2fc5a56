#include "mentara/services/participant_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ParticipantServiceTest : public testing::Test, protected World {
 protected:
  ParticipantServiceTest() { make_group("c", {"admin", "ann", "bob"}); }

  std::string roles() {
    std::string text;
    for (const Member& member : conversation().members) {
      text += member.user.id.value;
      text += member.role == MemberRole::ADMIN ? "!" : member.role == MemberRole::MODERATOR ? "+" : "";
      text += ' ';
    }
    return text;
  }
  Conversation conversation() {
    for (const char* user : {"admin", "ann", "bob", "cid"}) {
      if (const auto view = open(user, "c")) return view->conversation;
    }
    return {};
  }
  std::string page(const std::string& user) {
    const auto page = history(user, {.conversation_id = {"c"}});
    if (!page) return "none";
    std::string text;
    for (const Message& message : page->messages) text += message.content;
    return text;
  }
};

TEST_F(ParticipantServiceTest, who_is_added_is_told_with_the_others) {
  const auto answer = add("admin", "cid");
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, (Participant{{"cid"}, MemberRole::MEMBER, clock.now()}));
  EXPECT_EQ(roles(), "admin! ann bob cid ");
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].user_id, UserId{"cid"});
  EXPECT_THAT(*joined[0].members, ElementsAre(UserId{"admin"}, UserId{"ann"}, UserId{"bob"}, UserId{"cid"}));
  EXPECT_EQ(joined[0].cursor, store->end_of_log());
  EXPECT_EQ(joined[0].metadata.user_id, UserId{"admin"});
}

TEST_F(ParticipantServiceTest, adding_a_member_again_changes_nothing) {
  EXPECT_TRUE(add("admin", "ann", MemberRole::MODERATOR));
  EXPECT_EQ(roles(), "admin! ann bob ");
  EXPECT_THAT(joined, IsEmpty());
}

TEST_F(ParticipantServiceTest, a_new_member_sees_only_what_comes_after_him_and_has_nothing_unread) {
  send("ann", "c", "1");
  add("admin", "cid");
  EXPECT_EQ(page("cid"), "");
  EXPECT_EQ(open("cid", "c")->unread_count, 0);
  send("ann", "c", "2");
  EXPECT_EQ(page("cid"), "2");
  EXPECT_EQ(open("cid", "c")->unread_count, 1);
  EXPECT_EQ(page("bob"), "12");
}

TEST_F(ParticipantServiceTest, a_new_member_sees_all_where_the_conversation_says_so) {
  create("admin", {.type = ConversationType::GROUP,
                   .participant_ids = {{"ann"}},
                   .conversation_id = {"open"},
                   .history_visibility = HistoryVisibility::ALL});
  send("ann", "open", "early");
  ask_add("admin", "open", "cid", MemberRole::MEMBER);
  EXPECT_EQ(history("cid", {.conversation_id = {"open"}})->messages.size(), 1u);
}

TEST_F(ParticipantServiceTest, who_was_removed_finds_nothing_any_more_and_is_told_nothing) {
  const MessageId message = send("ann", "c", "1")->message.id;
  ASSERT_TRUE(remove("admin", "bob"));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_THAT(*left[0].members, ElementsAre(UserId{"admin"}, UserId{"ann"}, UserId{"bob"}));

  send("ann", "c", "2");
  EXPECT_THAT(*sent.back().members, ElementsAre(UserId{"admin"}, UserId{"ann"}));
  EXPECT_EQ(page("bob"), "none");
  EXPECT_EQ(open("bob", "c").error(), open("bob", "absent").error());
  EXPECT_EQ(send("bob", "c", "x").error(), send("bob", "absent", "x").error());
  EXPECT_EQ(edit("bob", message, "x").error(), edit("bob", {"absent"}, "x").error());
  EXPECT_THAT(list("bob")->conversations, IsEmpty());
}

TEST_F(ParticipantServiceTest, who_comes_back_sees_nothing_of_the_time_between) {
  remove("admin", "bob");
  send("ann", "c", "between");
  add("admin", "bob");
  send("ann", "c", "after");
  EXPECT_EQ(page("bob"), "after");
}

TEST_F(ParticipantServiceTest, members_may_only_leave) {
  EXPECT_EQ(add("ann", "cid").error().code, Code::forbidden);
  EXPECT_EQ(remove("ann", "bob").error().code, Code::forbidden);
  EXPECT_EQ(set_role("ann", "ann", MemberRole::ADMIN).error().code, Code::forbidden);
  EXPECT_TRUE(remove("ann", "ann"));
  EXPECT_EQ(roles(), "admin! bob ");
}

TEST_F(ParticipantServiceTest, a_moderator_has_no_power_over_admins) {
  set_role("admin", "ann", MemberRole::MODERATOR);
  EXPECT_EQ(remove("ann", "admin").error().code, Code::forbidden);
  EXPECT_EQ(set_role("ann", "admin", MemberRole::MEMBER).error().code, Code::forbidden);
  EXPECT_EQ(set_role("ann", "ann", MemberRole::ADMIN).error().code, Code::forbidden);
  EXPECT_EQ(add("ann", "cid", MemberRole::ADMIN).error().code, Code::forbidden);
  EXPECT_TRUE(add("ann", "cid", MemberRole::MODERATOR));
  EXPECT_TRUE(remove("ann", "bob"));
  EXPECT_EQ(roles(), "admin! ann+ cid+ ");
}

TEST_F(ParticipantServiceTest, the_oldest_moderator_succeeds_the_last_admin) {
  set_role("admin", "bob", MemberRole::MODERATOR);
  updated_participants.clear();
  EXPECT_TRUE(remove("admin", "admin"));
  EXPECT_EQ(roles(), "ann bob! ");
  ASSERT_EQ(updated_participants.size(), 1u);
  EXPECT_EQ(updated_participants[0].user_id, UserId{"bob"});
  EXPECT_EQ(updated_participants[0].metadata.origin, "") << "whoever left did not ask for this";
  EXPECT_EQ(updated_participants[0].cursor.position, left[0].cursor.position + 1);
}

TEST_F(ParticipantServiceTest, without_moderators_the_oldest_member_succeeds) {
  remove("admin", "admin");
  EXPECT_EQ(roles(), "ann! bob ");
  remove("ann", "ann");
  EXPECT_EQ(roles(), "bob! ");
  EXPECT_TRUE(remove("bob", "bob"));
}

TEST_F(ParticipantServiceTest, nobody_succeeds_while_there_is_another_admin) {
  set_role("admin", "bob", MemberRole::ADMIN);
  remove("admin", "admin");
  EXPECT_EQ(roles(), "ann bob! ");
}

TEST_F(ParticipantServiceTest, the_last_admin_cannot_make_himself_less) {
  EXPECT_EQ(set_role("admin", "admin", MemberRole::MEMBER).error().code, Code::conflict);
  set_role("admin", "ann", MemberRole::ADMIN);
  EXPECT_TRUE(set_role("admin", "admin", MemberRole::MEMBER));
}

TEST_F(ParticipantServiceTest, a_direct_conversation_has_its_two_members_for_ever) {
  create("ann", {.type = ConversationType::DIRECT, .participant_ids = {{"bob"}}, .conversation_id = {"d"}});
  EXPECT_EQ(ask_add("ann", "d", "cid", MemberRole::MEMBER).error().code, Code::forbidden);
  const auto leave = ask<Participant>(
      [&](auto done) { participants->remove(actor("bob"), ConversationId{"d"}, {"bob"}, std::move(done)); });
  EXPECT_EQ(leave.error().code, Code::forbidden);
  EXPECT_EQ(ask_add("eve", "d", "cid", MemberRole::MEMBER).error(),
            ask_add("eve", "absent", "cid", MemberRole::MEMBER).error());
}

TEST_F(ParticipantServiceTest, a_stranger_learns_nothing) {
  EXPECT_EQ(add("eve", "eve").error(), ask_add("eve", "absent", "eve", MemberRole::MEMBER).error());
  EXPECT_EQ(remove("eve", "ann").error(), not_found("conversation"));
  EXPECT_EQ(set_role("eve", "ann", MemberRole::MEMBER).error(), not_found("conversation"));
  EXPECT_EQ(remove("admin", "eve").error(), not_found("participant"));
}

// --- The conversation itself, and what one sets for oneself ---

TEST_F(ParticipantServiceTest, those_who_lead_change_the_conversation) {
  EXPECT_EQ(update("ann", "x", std::nullopt).error().code, Code::forbidden);
  const auto answer = update("admin", "new", "{}");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->conversation.title, "new");
  EXPECT_EQ(open("bob", "c")->conversation, answer->conversation);
  ASSERT_EQ(conversation_updates.size(), 1u);
  EXPECT_EQ(conversation_updates[0].title, "new");

  EXPECT_TRUE(update("admin", "new", R"({"a":1})"));
  ASSERT_EQ(conversation_updates.size(), 2u);
  EXPECT_EQ(conversation_updates[1].title, std::nullopt) << "only what changed is told";
  update("admin", "new", std::nullopt);
  EXPECT_EQ(conversation_updates.size(), 2u);
}

TEST_F(ParticipantServiceTest, settings_are_ones_own) {
  EXPECT_EQ(change("ann", {.pinned = true})->pinned, true);
  EXPECT_EQ(*change("ann", {.archived = true}), (Settings{.archived = true, .pinned = true}));
  EXPECT_EQ(list("ann")->conversations[0].settings, (Settings{.archived = true, .pinned = true}));
  EXPECT_EQ(open("bob", "c")->settings, Settings{});
  ASSERT_EQ(settings_changes.size(), 2u);
  EXPECT_EQ(settings_changes[1].metadata.user_id, UserId{"ann"});
  change("ann", {.pinned = true});
  EXPECT_EQ(settings_changes.size(), 2u);
  EXPECT_EQ(change("eve", {.pinned = true}).error(), not_found("conversation"));
}

TEST_F(ParticipantServiceTest, a_muting_ends_at_its_time) {
  const UnixTime until{clock.now_.ms + 1000};
  EXPECT_EQ(*change("ann", {.muted = true, .muted_until = until}), (Settings{.muted = true, .muted_until = until}));
  clock.now_.ms += 999;
  EXPECT_TRUE(open("ann", "c")->settings.muted);
  clock.now_.ms += 1;
  EXPECT_EQ(open("ann", "c")->settings, Settings{});
  EXPECT_FALSE(change("ann", {.muted = true, .muted_until = until})->muted) << "it is over before it began";
}

// --- Blocks ---

class BlockTest : public ParticipantServiceTest {
 protected:
  BlockTest() {
    create("ann", {.type = ConversationType::DIRECT, .participant_ids = {{"bob"}}, .conversation_id = {"d"}});
    message_ = send("ann", "d", "before")->message;
    block("ann", "bob");
  }
  Message message_;
};

TEST_F(BlockTest, nothing_new_passes_between_the_two_in_either_direction) {
  for (const char* user : {"ann", "bob"}) {
    EXPECT_EQ(send(user, "d", "x").error().code, Code::blocked);
    EXPECT_EQ(add_reaction(user, message_.id, "x").error().code, Code::blocked);
  }
  EXPECT_EQ(edit("ann", message_.id, "x").error().code, Code::blocked);
  EXPECT_TRUE(erase("ann", message_.id));
  EXPECT_EQ(history("bob", {.conversation_id = {"d"}})->messages.size(), 1u) << "what was said stays readable";
}

TEST_F(BlockTest, neither_can_make_a_conversation_with_the_other_or_add_him) {
  for (const auto& [user, other] : {std::pair("ann", "bob"), std::pair("bob", "ann")}) {
    EXPECT_EQ(create(user, {.type = ConversationType::GROUP, .participant_ids = {{"cid"}, {other}}}).error().code,
              Code::blocked);
    EXPECT_FALSE(create(user, {.type = ConversationType::DIRECT, .participant_ids = {{other}}})->created)
        << "the one that they have stays";
    make_group(std::string("of ") + user, {user, "cid"});
    EXPECT_EQ(ask_add(user, std::string("of ") + user, other, MemberRole::MEMBER).error().code, Code::blocked);
  }
  block("cid", "ann");
  EXPECT_EQ(create("ann", {.type = ConversationType::DIRECT, .participant_ids = {{"cid"}}}).error().code,
            Code::blocked);
}

TEST_F(BlockTest, in_groups_messages_go_on) {
  EXPECT_TRUE(send("ann", "c", "x"));
  EXPECT_TRUE(send("bob", "c", "y"));
}

TEST_F(BlockTest, neither_sees_the_other_type) {
  EXPECT_THAT(*hidden_from("ann", "c"), ElementsAre(UserId{"bob"}));
  EXPECT_THAT(*hidden_from("bob", "c"), ElementsAre(UserId{"ann"}));
  EXPECT_THAT(*hidden_from("admin", "c"), IsEmpty());
  EXPECT_EQ(hidden_from("eve", "c").error(), not_found("conversation"));
}

TEST_F(BlockTest, ends_when_it_is_taken_back_by_who_made_it) {
  unblock("bob", "ann");
  EXPECT_EQ(send("bob", "d", "x").error().code, Code::blocked);
  unblock("ann", "bob");
  EXPECT_TRUE(send("bob", "d", "x"));
  EXPECT_TRUE(unblock("ann", "bob"));
}

TEST_F(BlockTest, is_not_for_oneself) { EXPECT_EQ(block("ann", "ann").error().field, "userId"); }

} // namespace
} // namespace mentara::services
