#include "mentara/services/personal_data_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <utility>

#include "mentara/services/search_service.h"
#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using storage::ExportPage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using wire::Result;

class PersonalDataServiceTest : public testing::Test {
 protected:
  PersonalDataServiceTest() {
    start();
    learn("ann", "Ann Secretname");
    learn("bob", "Bob");
    world.make_group("c", {"bob", "ann", "cid"});
  }
  void start() {
    personal_data.emplace(*world.store, world.bus, world.clock, *world.participants,
                          [this](const UserId& user) { cut.push_back(user.value); });
  }
  void learn(const std::string& user, const std::string& name) {
    User known{{user}};
    known.name = name;
    write([known](storage::Transaction& transaction) { transaction.learn_user(known); });
  }
  template <class What>
  void write(What what) {
    auto done = world.ask<int>([&](auto answer) {
      world.store->write<int>(
          [what](storage::Transaction& transaction) -> Result<int, Failure> {
            what(transaction);
            return 0;
          },
          std::move(answer));
    });
    ASSERT_TRUE(done);
  }
  MessageId send(const std::string& user, const std::string& content, const MessageId& reply_to = {}) {
    NewMessage message{.conversation_id = {"c"}, .content = content};
    message.reply_to_id = reply_to;
    return world.send(user, std::move(message))->message.id;
  }
  Result<std::monostate, Failure> ask_to_erase(const std::string& user) {
    return world.ask<std::monostate>([&](auto done) { personal_data->erase({user}, std::move(done)); });
  }
  void erase(const std::string& user) {
    ASSERT_TRUE(ask_to_erase(user));
    come_to_rest();
  }
  void come_to_rest() {
    while (personal_data->erasing() > 0) {
      write([](storage::Transaction&) {});
      world.loop.run_posted();
    }
  }
  Result<ExportPage, Failure> page(const std::string& user, const std::string& cursor = {}) {
    return world.ask<ExportPage>([&](auto done) { personal_data->export_page({user}, cursor, std::move(done)); });
  }
  // As SQLite writes it; PostgreSQL puts blanks between.
  static std::string compact(std::string json) {
    for (const auto& [what, instead] : {std::pair{"\" : ", "\":"}, {", \"", ",\""}}) {
      for (std::size_t at = 0; (at = json.find(what, at)) != json.npos; ++at) {
        json.replace(at, std::string_view(what).size(), instead);
      }
    }
    return json;
  }
  // Everything, section by section.
  std::map<std::string, std::string> export_of(const std::string& user) {
    std::map<std::string, std::string> sections;
    std::string cursor;
    do {
      const auto next = page(user, cursor);
      if (!next) return {{"failure", next.error().error}};
      if (next->items != "[]") sections[next->section] += compact(next->items);
      cursor = next->next_cursor;
    } while (!cursor.empty());
    return sections;
  }
  // Every value of every table, as text.
  std::string whole_database() {
    const auto database = world.database.connect();
    std::vector<std::string> tables;
    {
      storage::sql::Statement statement(
          *database,
          database->either("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'message_search%'",
                           "SELECT CAST(table_name AS text) FROM information_schema.tables "
                           "WHERE table_schema = current_schema() AND table_name NOT LIKE 'message_search%'"));
      auto row = statement.query();
      while (row.next()) tables.push_back(row.text(0));
    }
    std::string all;
    for (const std::string& table : tables) {
      std::string columns;
      storage::sql::Statement info(*database,
                                   database->either("SELECT name FROM pragma_table_info(?1)",
                                                    "SELECT CAST(column_name AS text) FROM information_schema.columns "
                                                    "WHERE table_schema = current_schema() AND table_name = ?1"));
      auto column = info.query(table);
      while (column.next()) {
        if (!columns.empty()) columns += " || ' ' || ";
        columns += "coalesce(CAST(\"" + column.text(0) + "\" AS text), '')";
      }
      storage::sql::Statement statement(*database, "SELECT " + columns + " FROM " + table);
      auto row = statement.query();
      while (row.next()) all += table + ": " + row.text(0) + "\n";
    }
    return all;
  }
  std::vector<std::string> found(const std::string& query) {
    SearchService search(*world.store);
    const auto page = world.ask<SearchPage>(
        [&](auto done) { search.search(World::actor("bob"), {.query = query}, std::move(done)); });
    std::vector<std::string> contents;
    for (const FoundMessage& hit : page->messages) contents.push_back(hit.message.content);
    return contents;
  }

  World world;
  std::vector<std::string> cut;
  std::optional<PersonalDataService> personal_data;
};

TEST_F(PersonalDataServiceTest, erasure_leaves_tombstones_and_every_number) {
  send("ann", "mine");
  send("bob", "not mine");
  send("ann", "mine as well");
  erase("ann");
  const auto history = world.history("bob", {.conversation_id = {"c"}, .limit = 10});
  ASSERT_EQ(history->messages.size(), 3u);
  EXPECT_THAT(contents(history->messages), ElementsAre("", "not mine", ""));
  for (std::int64_t seq = 1; seq <= 3; ++seq) EXPECT_EQ(history->messages[static_cast<std::size_t>(seq - 1)].seq, seq);
  EXPECT_TRUE(history->messages[0].deleted_at);
  EXPECT_EQ(history->messages[0].deleted_by.value, "ann");
  EXPECT_FALSE(history->messages[1].deleted_at);
  ASSERT_EQ(world.deleted.size(), 2u) << "and the members hear of it";
  EXPECT_THAT(*world.deleted[0].members, ElementsAre(UserId{"bob"}, UserId{"ann"}, UserId{"cid"}));
  EXPECT_EQ(world.deleted[1].seq, 3);
  EXPECT_THAT(cut, ElementsAre("ann"));
}

TEST_F(PersonalDataServiceTest, nothing_that_an_erased_user_said_or_was_called_is_anywhere_in_the_database) {
  const MessageId first = send("ann", "secretword one");
  send("ann", "secretword two");
  world.edit("ann", first, "secretword three");
  world.edit("ann", first, "secretword four");
  const MessageId reply = send("bob", "an answer", first);
  world.edit("bob", reply, "another answer");
  const MessageId deleted = send("ann", "secretword five");
  world.erase("bob", deleted);
  world.block("ann", "cid");
  ASSERT_THAT(whole_database(), HasSubstr("secretword"));
  ASSERT_THAT(found("secretword"), Not(IsEmpty()));
  erase("ann");
  const std::string database = whole_database();
  EXPECT_THAT(database, Not(HasSubstr("secretword"))) << "texts, earlier texts, quotes, the log";
  EXPECT_THAT(database, Not(HasSubstr("Secretname"))) << "profile, the rows of messages, the row of the creation";
  EXPECT_THAT(database, HasSubstr("another answer"));
  EXPECT_THAT(found("secretword"), IsEmpty());
  EXPECT_THAT(found("answer"), ElementsAre("another answer"));
}

TEST_F(PersonalDataServiceTest, erasure_takes_what_he_was_notified_of_and_the_log_says_no_more_of_it) {
  world.restart(
      "INSERT INTO notifications (user_key, notification_id, type, title, message, priority, data, action_url, "
      "collapse_key, in_app, push, created_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i "
      "< "
      "1200) SELECT user_key, 'n' || i, 'X', 'secretword', '', 1, '', '', '', 1, 1, 1 FROM n, users WHERE user_id = "
      "'ann'; INSERT INTO log (position, scope, type, payload) SELECT (SELECT max(position) + 1 FROM log), "
      "-(4 * user_key + 2), 20, '{\"id\":\"n1\",\"title\":\"secretword\"}' FROM users WHERE user_id = 'ann'; "
      "UPDATE log_state SET last_position = last_position + 1");
  start();
  EXPECT_THAT(export_of("ann")["notifications"], HasSubstr("secretword"));
  erase("ann");
  EXPECT_THAT(whole_database(), Not(HasSubstr("secretword")));
}

TEST_F(PersonalDataServiceTest, where_he_is_pushed_to_is_exported_without_its_keys_and_forgotten) {
  world.restart(
      "INSERT INTO push_subscriptions (user_key, endpoint, p256dh, auth, created_at) SELECT user_key, "
      "'https://push.example.com/secretword/' || user_id, 'thekey', 'theauth', 1 FROM users; "
      "INSERT INTO sent_pushes (user_key, topic, notification_id, until) SELECT user_key, 'topic-of-' || user_id, 'n', "
      "1 "
      "FROM users");
  start();
  const std::string exported = export_of("ann")["pushSubscriptions"];
  EXPECT_THAT(exported, HasSubstr("https://push.example.com/secretword/ann"));
  EXPECT_THAT(exported, Not(HasSubstr("the")));
  erase("ann");
  EXPECT_THAT(whole_database(), AllOf(Not(HasSubstr("secretword/ann")), Not(HasSubstr("topic-of-ann"))));
  EXPECT_THAT(whole_database(), AllOf(HasSubstr("secretword/bob"), HasSubstr("topic-of-bob")));
}

TEST_F(PersonalDataServiceTest, of_a_call_the_reports_of_his_side_are_exported_and_forgotten) {
  world.restart(
      "INSERT INTO calls (call_id, caller_key, callee_key, state, media, started_at) SELECT 'call-1', a.user_key, "
      "b.user_key, 3, 3, 1 FROM users a, users b WHERE a.user_id = 'bob' AND b.user_id = 'ann'; "
      "INSERT INTO call_reports (call_key, side, at, report) SELECT call_key, 0, 1, '{\"of\":\"his\"}' FROM calls; "
      "INSERT INTO call_reports (call_key, side, at, report) SELECT call_key, 1, 1, '{\"of\":\"hers\"}' FROM calls");
  start();
  const std::string calls = export_of("ann")["calls"];
  EXPECT_THAT(calls, HasSubstr(R"("fromUserId":"bob","toUserId":"ann")"));
  EXPECT_THAT(calls, HasSubstr("hers"));
  EXPECT_THAT(calls, Not(HasSubstr("his")));
  erase("ann");
  EXPECT_THAT(export_of("ann")["calls"], HasSubstr(R"("reports":[])"));
  EXPECT_THAT(export_of("bob")["calls"], HasSubstr("his"));
}

TEST_F(PersonalDataServiceTest, erasure_takes_reactions_back_and_leaves_what_is_not_of_two) {
  const MessageId message = send("bob", "text");
  world.add_reaction("ann", message, "+");
  world.add_reaction("cid", message, "+");
  NewConversation direct{.type = ConversationType::DIRECT, .participant_ids = {{"bob"}}, .conversation_id = {"d"}};
  ASSERT_TRUE(world.create("ann", std::move(direct)));
  world.reacted.clear();
  erase("ann");
  ASSERT_EQ(world.reacted.size(), 1u);
  EXPECT_THAT(world.reacted[0].reactions, ElementsAre(Reaction{"+", {{"cid"}}}));
  ASSERT_EQ(world.left.size(), 1u);
  EXPECT_EQ(world.left[0].user_id.value, "ann");
  EXPECT_EQ(world.open("bob", "d")->conversation.members.size(), 2u) << "for ever";
  EXPECT_EQ(world.open("bob", "c")->conversation.members.size(), 2u);
}

TEST_F(PersonalDataServiceTest, erasure_finds_what_he_said_where_he_is_no_member_any_more) {
  send("ann", "before I left");
  world.remove("bob", "ann");
  erase("ann");
  EXPECT_THAT(contents(world.history("bob", {.conversation_id = {"c"}, .limit = 10})->messages), ElementsAre(""));
}

TEST_F(PersonalDataServiceTest, erasure_of_much_goes_in_small_steps) {
  for (std::size_t i = 0; i < 2 * limits::personal_step + 3; ++i) {
    send("ann", "text");
    const MessageId other = send("bob", "other");
    world.add_reaction("ann", other, "+");
  }
  erase("ann");
  EXPECT_EQ(world.deleted.size(), 2 * limits::personal_step + 3);
  EXPECT_THAT(export_of("ann"), Not(testing::Contains(testing::Key("reactions"))));
  EXPECT_THAT(export_of("ann")["messages"], Not(HasSubstr("text")));
}

TEST_F(PersonalDataServiceTest, an_erasure_that_a_restart_has_cut_is_finished_by_the_next_start) {
  send("ann", "text");
  write([](storage::Transaction& transaction) {
    transaction.personal_data_changes().begin_erasure(*transaction.personal_data().find_user({"ann"}), {1});
  });
  world.restart();
  start();
  personal_data->resume();
  do {
    world.history("bob", {.conversation_id = {"c"}, .limit = 10}); // behind it
  } while (personal_data->erasing() == 0 && world.deleted.empty());
  come_to_rest();
  EXPECT_THAT(contents(world.history("bob", {.conversation_id = {"c"}, .limit = 10})->messages), ElementsAre(""));
  EXPECT_THAT(whole_database(), Not(HasSubstr("erasures:"))) << "and it is over";
}

TEST_F(PersonalDataServiceTest, nobody_is_erased_or_exported_whom_nobody_knows) {
  EXPECT_EQ(ask_to_erase("eve").error().code, Code::not_found);
  EXPECT_EQ(page("eve").error().code, Code::not_found);
  EXPECT_THAT(cut, IsEmpty());
}

TEST_F(PersonalDataServiceTest, an_export_has_all_that_is_kept_about_a_user_and_nothing_of_others) {
  const MessageId message = send("ann", "first text");
  world.edit("ann", message, "second \"text\"");
  const MessageId other = send("bob", "of another");
  world.add_reaction("ann", other, "+");
  world.block("ann", "cid");
  auto sections = export_of("ann");
  EXPECT_THAT(sections["profile"], HasSubstr("Ann Secretname"));
  EXPECT_THAT(sections["blocks"], HasSubstr(R"("userId":"cid")"));
  EXPECT_THAT(sections["conversations"], HasSubstr(R"("conversationId":"c")"));
  EXPECT_THAT(sections["messages"], HasSubstr(R"("content":"second \"text\"")"));
  EXPECT_THAT(sections["messages"], HasSubstr(R"("edits":[{"content":"first text")"));
  EXPECT_THAT(sections["messages"], Not(HasSubstr("of another")));
  EXPECT_THAT(sections["reactions"], HasSubstr(other.value));
  world.remove("ann", "ann");
  EXPECT_THAT(export_of("ann")["pastConversations"], HasSubstr(R"("conversationId":"c")"));
}

TEST_F(PersonalDataServiceTest, an_export_comes_in_pages_without_holes) {
  for (std::size_t i = 0; i <= limits::personal_page_items; ++i) send("ann", "number " + std::to_string(i) + ".");
  const std::string messages = export_of("ann")["messages"];
  for (std::size_t i = 0; i <= limits::personal_page_items; ++i) {
    EXPECT_THAT(messages, HasSubstr("number " + std::to_string(i) + "."));
  }
  for (const char* cursor : {"x", "1", "99.1", "1.x", "-1.1", "1.-1", "5.1 "}) {
    EXPECT_EQ(page("ann", cursor).error().field, "cursor") << cursor;
  }
}

// Whoever adds a table that names users decides here what becomes of it.
TEST_F(PersonalDataServiceTest, every_table_that_names_users_is_exported_and_forgotten_or_known_to_hold_ids_alone) {
  const std::set<std::string> decided = {
      "users",
      "device_places",
      "blocks",
      "members",
      "past_members",
      "messages",
      "reactions",     // both
      "conversations", // who created it: an id
      "notifications",
      "notification_users",
      "notification_types",
      "presences",           // both
      "calls",               // what his devices said of them is exported and forgotten; ids and times stay
      "idempotent_requests", // what a backend has asked for; forgotten with it
      "directs",             // who is in it: ids
      "push_subscriptions",  // both; keys are forgotten with them and told to nobody
      "sent_pushes",         // forgotten: what was pushed a day ago at most
      "erasures",
  };
  if (world.database.dialect() != storage::sql::Dialect::sqlite) GTEST_SKIP() << "the tables are the same";
  const auto database = world.database.connect();
  storage::sql::Statement statement(*database,
                                    "SELECT DISTINCT s.name FROM sqlite_schema s "
                                    "JOIN pragma_foreign_key_list(s.name) f WHERE s.type = 'table' AND f.\"table\" = "
                                    "'users' UNION SELECT 'users'");
  auto row = statement.query();
  while (row.next()) EXPECT_TRUE(decided.contains(row.text(0))) << row.text(0);
}

} // namespace
} // namespace mentara::services
