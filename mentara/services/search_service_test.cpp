#include "mentara/services/search_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SearchServiceTest : public testing::Test, protected World {
 protected:
  SearchServiceTest() { make_group("c", {"admin", "ann", "bob"}); }

  wire::Result<SearchPage, Failure> search(const std::string& user, SearchQuery query) {
    SearchService service(*store);
    return ask<SearchPage>([&](auto done) { service.search(actor(user), std::move(query), std::move(done)); });
  }
  std::vector<std::string> found(const std::string& user, const std::string& query) {
    std::vector<std::string> texts;
    const auto page = search(user, {.query = query});
    for (const FoundMessage& hit : page->messages) texts.push_back(hit.message.content);
    return texts;
  }
};

TEST_F(SearchServiceTest, finds_whole_words_in_any_case_the_newest_first) {
  for (const char* text : {"Lunch at noon", "no lunch", "launch"}) send("ann", "c", text);
  EXPECT_THAT(found("bob", "LUNCH"), ElementsAre("no lunch", "Lunch at noon"));
  EXPECT_THAT(found("bob", "noon lunch"), ElementsAre("Lunch at noon"));
}

TEST_F(SearchServiceTest, finds_in_any_script) {
  for (const char* text : {"Привет, как дела?", "東京都に住んでいます", "see you 👍🏽!", "crème brûlée", "สวัสดีครับ"})
    send("ann", "c", text);
  EXPECT_THAT(found("bob", "ПРИВЕТ"), ElementsAre("Привет, как дела?"));
  EXPECT_THAT(found("bob", "東京"), ElementsAre("東京都に住んでいます"));
  EXPECT_THAT(found("bob", "住"), ElementsAre("東京都に住んでいます"));
  EXPECT_THAT(found("bob", "京東"), IsEmpty());
  EXPECT_THAT(found("bob", "👍"), ElementsAre("see you 👍🏽!"));
  EXPECT_THAT(found("bob", "creme"), ElementsAre("crème brûlée"));
  EXPECT_THAT(found("bob", "ดี"), ElementsAre("สวัสดีครับ"));
}

TEST_F(SearchServiceTest, finds_only_what_the_asker_may_see) {
  send("ann", "c", "secret one");
  ask_add("admin", "c", "cid", MemberRole::MEMBER);
  send("ann", "c", "secret two");
  EXPECT_THAT(found("cid", "secret"), ElementsAre("secret two"));
  EXPECT_THAT(found("eve", "secret"), IsEmpty());
  EXPECT_EQ(search("eve", {.query = "secret", .conversation_id = {"c"}}).error(),
            search("eve", {.query = "secret", .conversation_id = {"absent"}}).error());
  remove("admin", "bob");
  EXPECT_THAT(found("bob", "secret"), IsEmpty());
}

TEST_F(SearchServiceTest, knows_the_latest_text_and_nothing_of_a_deleted_one) {
  const MessageId edited = send("ann", "c", "first draft")->message.id;
  const MessageId gone = send("ann", "c", "second draft")->message.id;
  EXPECT_EQ(found("bob", "draft").size(), 2u) << "so both are indexed";
  edit("ann", edited, "final");
  erase("ann", gone);
  EXPECT_THAT(found("bob", "draft"), IsEmpty());
  EXPECT_THAT(found("bob", "final"), ElementsAre("final"));
}

TEST_F(SearchServiceTest, knows_what_was_changed_before_it_was_indexed) {
  const MessageId edited = send("ann", "c", "first draft")->message.id;
  edit("ann", edited, "final draft");
  erase("ann", send("ann", "c", "second draft")->message.id);
  EXPECT_THAT(found("bob", "draft"), ElementsAre("final draft"));
  EXPECT_THAT(found("bob", "first"), IsEmpty());
}

TEST_F(SearchServiceTest, keeps_to_a_conversation_and_comes_in_pages) {
  make_group("other", {"ann", "bob"});
  for (int i = 0; i < 5; ++i) send("ann", i % 2 ? "other" : "c", "word " + std::to_string(i));
  const auto first = search("bob", {.query = "word", .limit = 2});
  EXPECT_EQ(first->messages.size(), 2u);
  const auto second = search("bob", {.query = "word", .before = first->next_cursor, .limit = 2});
  const auto third = search("bob", {.query = "word", .before = second->next_cursor, .limit = 2});
  EXPECT_EQ(first->messages[0].message.content + second->messages[0].message.content, "word 4word 2");
  ASSERT_EQ(third->messages.size(), 1u);
  EXPECT_EQ(third->messages[0].message.content, "word 0");
  EXPECT_EQ(third->next_cursor, "");
  const auto other = search("bob", {.query = "word", .conversation_id = {"other"}});
  EXPECT_EQ(other->messages.size(), 2u);
  EXPECT_EQ(search("bob", {.query = "word", .before = "x"}).error().field, "before");
}

TEST_F(SearchServiceTest, takes_hostile_queries_for_words) {
  send("ann", "c", "harmless");
  for (const char* query : {"\"", "'; DROP TABLE messages;--", "scope:c1 OR harmless", "harmless*", "NEAR(a b)",
                            "{a b}:x", "^harmless OR", "%", "_", "((", "a AND NOT b", "\x01", "-harmless"}) {
    EXPECT_TRUE(search("bob", {.query = query})) << query;
  }
  EXPECT_THAT(found("bob", "h%"), IsEmpty());
  EXPECT_THAT(found("eve", "scope:c1 OR harmless"), IsEmpty());
  EXPECT_THAT(found("bob", "harmless"), ElementsAre("harmless"));
}

TEST_F(SearchServiceTest, indexes_more_than_a_batch) {
  for (int i = 0; i < 20; ++i) messages->send(actor("ann"), {.conversation_id = {"c"}, .content = "word"}, [](auto) {});
  SearchService service(*store);
  service.index_some();
  service.index_some();
  EXPECT_EQ(search("bob", {.query = "word", .limit = 50})->messages.size(), 20u);
}

TEST(Snippet, shows_where_the_word_is) {
  const std::string long_text = std::string(300, 'x') + " Слово " + std::string(300, 'y');
  const std::string text = snippet(long_text, "слово");
  EXPECT_TRUE(text.find("Слово") != std::string::npos) << text;
  EXPECT_TRUE(text.starts_with("…x") && text.ends_with("y…")) << text;
  EXPECT_EQ(snippet("short", "absent"), "short");
  EXPECT_EQ(snippet("", "x"), "");
}

} // namespace
} // namespace mentara::services
