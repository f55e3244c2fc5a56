#include "mentara/services/conversation_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConversationServiceTest : public testing::Test, protected World {
 protected:
  static NewConversation direct_with(const std::string& user) {
    return {.type = ConversationType::DIRECT, .participant_ids = {{user}}};
  }
  std::vector<std::string> ids(const ConversationPage& page) {
    std::vector<std::string> names;
    for (const ConversationView& view : page.conversations) names.push_back(view.conversation.id.value);
    return names;
  }
};

TEST_F(ConversationServiceTest, a_new_one_has_its_creator_as_admin_and_everybody_once) {
  store->learn_user({{"bob"}, "Bob"});
  const auto answer = create("ann", {.type = ConversationType::GROUP,
                                     .participant_ids = {{"bob"}, {"ann"}, {"cid"}, {"bob"}},
                                     .title = "Plans",
                                     .metadata = R"({"a":1})",
                                     .conversation_id = {"conv-123"}});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->created);
  const Conversation& conversation = answer->conversation.conversation;
  EXPECT_EQ(conversation.id.value, "conv-123");
  EXPECT_EQ(conversation.created_by, UserId{"ann"});
  ASSERT_EQ(conversation.members.size(), 3u);
  EXPECT_EQ(conversation.members[0].user.id, UserId{"ann"});
  EXPECT_EQ(conversation.members[0].role, MemberRole::ADMIN);
  EXPECT_EQ(conversation.members[1].user.name, "Bob");
  EXPECT_EQ(conversation.members[1].role, MemberRole::MEMBER);
  EXPECT_EQ(conversation.members[2].user.id, UserId{"cid"});

  EXPECT_EQ(open("cid", "conv-123")->conversation, conversation);
  ASSERT_EQ(created.size(), 1u);
  EXPECT_EQ(created[0].conversation, conversation);
  EXPECT_THAT(*created[0].members, ElementsAre(UserId{"ann"}, UserId{"bob"}, UserId{"cid"}));
  EXPECT_EQ(created[0].metadata.origin, "socket-of-ann");
  EXPECT_EQ(created[0].cursor, store->end_of_log());
}

TEST_F(ConversationServiceTest, a_used_id_is_a_conflict) {
  make_group("c", {"ann", "bob"});
  const auto again = create("eve", {.type = ConversationType::GROUP, .conversation_id = {"c"}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
  EXPECT_EQ(created.size(), 1u);
}

TEST_F(ConversationServiceTest, a_direct_one_needs_exactly_one_other) {
  for (const std::vector<UserId>& others :
       {std::vector<UserId>{}, {{"ann"}}, {{"bob"}, {"cid"}}, {{"ann"}, {"bob"}, {"cid"}}}) {
    const auto answer = create("ann", {.type = ConversationType::DIRECT, .participant_ids = others});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::invalid_payload);
    EXPECT_EQ(answer.error().field, "participantIds");
  }
  EXPECT_TRUE(create("ann", {.type = ConversationType::DIRECT, .participant_ids = {{"ann"}, {"bob"}}}));
}

TEST_F(ConversationServiceTest, two_users_have_one_direct_conversation_whoever_asks) {
  const auto first = create("ann", direct_with("bob"));
  const auto same = create("bob", direct_with("ann"));
  ASSERT_TRUE(same);
  EXPECT_FALSE(same->created);
  EXPECT_EQ(same->conversation.conversation, first->conversation.conversation);
  EXPECT_TRUE(create("ann", direct_with("cid"))->created);
  EXPECT_EQ(created.size(), 2u);
}

TEST_F(ConversationServiceTest, two_users_who_ask_at_the_same_time_get_the_same_one) {
  std::vector<CreatedConversation> answers;
  for (int i = 0; i < 10; ++i) {
    const bool ann_asks = i % 2 == 0;
    conversations->create(actor(ann_asks ? "ann" : "bob"), direct_with(ann_asks ? "bob" : "ann"),
                          [&](auto answer) { answers.push_back(*answer); });
  }
  loop.run_until([&] { return answers.size() == 10; });
  loop.run_posted();
  EXPECT_TRUE(answers[0].created);
  for (std::size_t i = 1; i < answers.size(); ++i) {
    EXPECT_FALSE(answers[i].created);
    EXPECT_EQ(answers[i].conversation.conversation.id, answers[0].conversation.conversation.id);
  }
  EXPECT_EQ(created.size(), 1u);
}

TEST_F(ConversationServiceTest, a_stranger_opens_it_as_if_it_did_not_exist) {
  make_group("c", {"ann", "bob"});
  EXPECT_EQ(open("eve", "c").error(), open("eve", "absent").error());
  const auto check = [&](const std::string& user, const std::string& id) {
    return ask<std::monostate>([&](auto done) { conversations->check_member(actor(user), {id}, std::move(done)); });
  };
  EXPECT_EQ(check("eve", "c").error(), check("eve", "absent").error());
  EXPECT_TRUE(check("bob", "c"));
}

TEST_F(ConversationServiceTest, the_list_begins_with_the_newest_activity) {
  make_group("a", {"ann", "bob"});
  make_group("b", {"ann", "bob"});
  make_group("not mine", {"bob", "cid"});
  EXPECT_THAT(ids(*list("ann")), ElementsAre("b", "a"));
  clock.now_.ms -= 3'600'000; // order is the log's, not the clock's (F11)
  send("bob", "a", "news");
  EXPECT_THAT(ids(*list("ann")), ElementsAre("a", "b"));
}

TEST_F(ConversationServiceTest, the_list_shows_the_last_message_the_unread_and_the_members) {
  make_group("a", {"ann", "bob"});
  send("bob", "a", "one");
  const auto two = send("bob", "a", "two")->message;
  read("ann", {.conversation_id = {"a"}, .seq = 1});
  const auto page = list("ann");
  ASSERT_EQ(page->conversations.size(), 1u);
  const ConversationView& view = page->conversations[0];
  EXPECT_EQ(view.last_message, two);
  EXPECT_EQ(view.unread_count, 1);
  ASSERT_EQ(view.conversation.members.size(), 2u);
  EXPECT_EQ(view.conversation.members[0].read_seq, 1);
  EXPECT_EQ(view.conversation.last_seq, 2);
  EXPECT_EQ(list("bob")->conversations[0].unread_count, 0);
}

TEST_F(ConversationServiceTest, the_list_comes_in_pages_and_each_conversation_once) {
  for (const char* id : {"a", "b", "c", "d", "e"}) make_group(id, {"ann", "bob"});
  const auto first = list("ann", {.limit = 2});
  const auto second = list("ann", {.before = first->next_cursor, .limit = 2});
  const auto third = list("ann", {.before = second->next_cursor, .limit = 2});
  EXPECT_THAT(ids(*first), ElementsAre("e", "d"));
  EXPECT_THAT(ids(*second), ElementsAre("c", "b"));
  EXPECT_THAT(ids(*third), ElementsAre("a"));
  EXPECT_EQ(third->next_cursor, "");
}

TEST_F(ConversationServiceTest, a_page_of_large_conversations_ends_early_and_goes_on) {
  for (const char* id : {"a", "b", "c"}) {
    NewConversation request{.type = ConversationType::GROUP, .conversation_id = {id}};
    for (int i = 0; i < 900; ++i) request.participant_ids.push_back({std::string(200, 'x') + std::to_string(i)});
    create("ann", std::move(request));
  }
  const auto first = list("ann");
  EXPECT_THAT(ids(*first), ElementsAre("c"));
  const auto second = list("ann", {.before = first->next_cursor});
  EXPECT_THAT(ids(*second), ElementsAre("b"));
  EXPECT_EQ(list("ann", {.before = second->next_cursor})->next_cursor, "");
}

TEST_F(ConversationServiceTest, an_unreadable_page_cursor_is_refused_by_name) {
  for (const char* before : {"x", "1x", "-1", " 1", "99999999999999999999"}) {
    const auto page = list("ann", {.before = before});
    ASSERT_FALSE(page) << before;
    EXPECT_EQ(page.error().field, "before");
  }
}

TEST_F(ConversationServiceTest, the_list_can_leave_out_what_is_read) {
  make_group("quiet", {"ann", "bob"});
  make_group("own words", {"ann", "bob"});
  make_group("read", {"ann", "bob"});
  make_group("news", {"ann", "bob"});
  send("ann", "own words", "x");
  send("bob", "read", "x");
  send("bob", "news", "x");
  read("ann", {.conversation_id = {"read"}, .seq = 1});
  EXPECT_THAT(ids(*list("ann", {.unread_only = true})), ElementsAre("news"));
}

TEST_F(ConversationServiceTest, somebody_without_conversations_has_an_empty_list) {
  const auto page = list("nobody");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->conversations, IsEmpty());
}

TEST_F(ConversationServiceTest, all_is_there_after_a_restart) {
  make_group("c", {"ann", "bob"});
  const auto message = send("ann", "c", "kept")->message;
  const auto cursor = store->end_of_log();
  restart();
  EXPECT_EQ(store->end_of_log(), cursor);
  EXPECT_EQ(open("bob", "c")->last_message, message);
  EXPECT_EQ(send("bob", "c", "next")->message.seq, 2);
  EXPECT_EQ(sent.back().cursor.position, cursor.position + 1);
}

TEST_F(ConversationServiceTest, a_profile_keeps_what_a_later_token_leaves_out) {
  make_group("c", {"ann", "bob"});
  store->learn_user({{"ann"}, "Ann", {}, {}, "https://img/1.png"});
  store->learn_user({{"ann"}, {}, {}, {}, "https://img/2.png"});
  send("ann", "c", "x");
  const User ann = open("bob", "c")->conversation.members.at(0).user;
  EXPECT_EQ(ann.name, "Ann");
  EXPECT_EQ(ann.avatar_url, "https://img/2.png");
}

} // namespace
} // namespace mentara::services
