#include "mentara/storage/site_move.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mentara/storage/test_database.h"

namespace mentara::storage {
namespace {

using testing::HasSubstr;
using wire::Result;

class SiteMoveTest : public testing::Test {
 protected:
  SiteMoveTest() {
    SqliteStore store({.data_directory = directory_.path()}, loop_.post());
    write(store, [](Transaction& transaction) {
      transaction.learn_user({.id = {"ann"}, .name = std::string("An\0n", 4)});
      Conversation conversation{.id = {"c"}, .type = ConversationType::DIRECT, .created_by = {"ann"}};
      conversation.members = {{{{"ann"}}}, {{{"bob"}}}};
      return transaction.insert_conversation(conversation);
    });
    for (int i = 0; i < 2500; ++i) say(store, "text " + std::to_string(i));
    epoch_ = store.end_of_log().epoch;
  }

  template <class Rules>
  Position write(Store& store, Rules rules) {
    return *loop_.ask<Position>([&](auto done) {
      store.write<Position>(
          [rules](Transaction& transaction) -> Result<Position, Failure> { return rules(transaction); },
          std::move(done));
    });
  }
  Position say(Store& store, const std::string& content) {
    return write(store, [content](Transaction& transaction) {
      const auto ann = transaction.find_membership(ConversationId{"c"}, {"ann"});
      Message message{.id = {"m" + content}, .conversation_id = {"c"}, .sender = {{"ann"}}, .content = content};
      return *transaction.insert_message(*ann, message);
    });
  }
  std::string refusal() {
    try {
      move_to_postgres(directory_.path(), place_.url(), [](std::string_view) {});
    } catch (const OpenError& error) {
      return error.what();
    }
    return "none";
  }
  std::int64_t ask(std::string_view question) {
    const auto database = place_.connect();
    sql::Statement statement(*database, question);
    sql::Rows row = statement.query();
    return row.next() ? row.integer(0) : -1;
  }

  TempDirectory directory_;
  TestLoop loop_;
  TestDatabase place_{sql::Dialect::postgres};
  std::string epoch_;
};

TEST_F(SiteMoveTest, everything_is_there_and_it_goes_on_where_it_was) {
  std::vector<std::string> lines;
  const std::string moved =
      move_to_postgres(directory_.path(), place_.url(), [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_THAT(moved, HasSubstr("tables were moved to postgres://test@/postgres"));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("messages: 2500 rows, the same on both sides")));

  PostgresStore store({.url = place_.url()}, loop_.post());
  EXPECT_EQ(store.end_of_log().position, 2501);
  EXPECT_EQ(store.end_of_log().epoch, epoch_) << "cursors that clients have stay good";
  EXPECT_EQ(say(store, "after"), 2502);
  EXPECT_EQ(ask("SELECT last_seq FROM conversations"), 2501);
  write(store, [](Transaction& transaction) {
    Conversation conversation{.id = {"d"}, .type = ConversationType::GROUP, .created_by = {"cid"}};
    conversation.members = {{{{"cid"}}}};
    return transaction.insert_conversation(conversation); // keys go on above those that were moved
  });
  const auto name = *loop_.ask<std::string>([&](auto done) {
    store.read<std::string>(
        [](Snapshot& snapshot) -> Result<std::string, Failure> {
          return snapshot.find_membership(ConversationId{"c"}, {"ann"})->user.name;
        },
        std::move(done));
  });
  EXPECT_EQ(name, std::string("An\0n", 4));
}

TEST_F(SiteMoveTest, a_database_that_holds_a_site_is_refused_and_left_alone) {
  EXPECT_EQ(refusal(), "none");
  EXPECT_THAT(refusal(), HasSubstr("holds a site already"));
  EXPECT_EQ(ask("SELECT count(*) FROM messages"), 2500);
}

TEST_F(SiteMoveTest, what_is_not_taken_over_whole_leaves_nothing_and_can_be_begun_again) {
  const auto database = place_.connect_migrated();
  database->execute("ALTER TABLE messages ADD CONSTRAINT half CHECK (seq < 2000)");
  EXPECT_THAT(refusal(), HasSubstr("nothing was kept"));
  EXPECT_EQ(ask("SELECT count(*) FROM users"), 0);
  database->execute("ALTER TABLE messages DROP CONSTRAINT half");
  EXPECT_EQ(refusal(), "none");
}

TEST_F(SiteMoveTest, what_the_database_changes_is_found_out) {
  const auto database = place_.connect_migrated();
  database->execute(
      "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN IF NEW.seq = 1234 THEN NEW.content = 'another'; END IF; RETURN NEW; END $$; "
      "CREATE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION spoil()");
  EXPECT_THAT(refusal(), HasSubstr("messages is not the same"));
  EXPECT_EQ(ask("SELECT count(*) FROM messages"), 0);
}

TEST_F(SiteMoveTest, a_site_whose_server_runs_is_refused) {
  const SqliteStore running({.data_directory = directory_.path()}, loop_.post());
  EXPECT_THAT(refusal(), HasSubstr("in use"));
}

} // namespace
} // namespace mentara::storage
