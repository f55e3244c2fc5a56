#include "mentara/storage/sql_sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mentara/storage/failures.h"
#include "mentara/storage/test_database.h"

namespace mentara::storage {
namespace {

using testing::ElementsAre;
using wire::Result;

struct Stored {
  std::int64_t seq = 0;
  Position position = 0;
  friend bool operator==(const Stored&, const Stored&) = default;
};

// One thread, a real file: groups are exactly what the test says.
class SqlSessionsTest : public testing::Test {
 protected:
  SqlSessionsTest() {
    open();
    add<Position>([](Transaction& transaction) -> Result<Position, Failure> {
      Conversation conversation{.id = {"c"}, .type = ConversationType::GROUP, .created_by = {"ann"}};
      conversation.members = {{{{"ann"}}}, {{{"bob"}}}};
      return transaction.insert_conversation(conversation);
    });
    commit();
    answers_.clear();
  }

  void open() {
    session_.reset();
    auto database = test_database_.connect_migrated();
    database_ = database.get();
    session_.emplace(std::move(database), end_of_log_);
    commit_.emplace(*session_);
  }

  template <class T, class Rules>
  void add(Rules rules) {
    group_.push_back(
        std::make_unique<RulesUnit<T, Transaction, Rules>>(std::move(rules), [this](Result<T, Failure> result) {
          answers_.push_back(result ? "ok" : std::string(to_string(result.error().code)));
          if constexpr (std::is_same_v<T, Stored>) {
            if (result) stored_.push_back(*result);
          }
        }));
  }

  static Stored write_message(Transaction& transaction, const std::string& id) {
    const auto ann = transaction.find_membership(ConversationId{"c"}, {"ann"});
    Message message{.id = {id}, .conversation_id = {"c"}, .sender = {{"ann"}}, .content = "text of " + id};
    const Position position = *transaction.insert_message(*ann, message);
    return {message.seq, position};
  }
  void add_message(const std::string& id) {
    add<Stored>([id](Transaction& transaction) -> Result<Stored, Failure> { return write_message(transaction, id); });
  }

  void commit() {
    commit_->run(group_);
    for (const auto& unit : group_) unit->done();
    group_.clear();
  }

  std::int64_t ask(std::string_view question) {
    const auto other = test_database_.connect();
    sql::Statement statement(*other, question);
    sql::Rows row = statement.query();
    EXPECT_TRUE(row.next());
    return row.integer(0);
  }

  TestDatabase test_database_;
  EndOfLog end_of_log_;
  sql::Database* database_ = nullptr;
  std::optional<SqlWriteSession> session_;
  std::optional<GroupCommit> commit_;
  std::vector<std::unique_ptr<WriteUnit>> group_;
  std::vector<std::string> answers_;
  std::vector<Stored> stored_;
};

TEST_F(SqlSessionsTest, one_unit_that_fails_leaves_no_gap_in_seq_or_position) {
  add_message("m1");
  add<Stored>([](Transaction& transaction) -> Result<Stored, Failure> {
    write_message(transaction, "refused after it had written");
    return not_found("conversation");
  });
  add_message("m2");
  add_message("m1"); // the database throws: the id is there
  add<Stored>([](Transaction& transaction) -> Result<Stored, Failure> {
    write_message(transaction, "a bug");
    throw std::logic_error("a bug in the rules");
  });
  add_message("m3");
  commit();
  EXPECT_THAT(answers_, ElementsAre("ok", "not_found", "ok", "unavailable", "internal", "ok"));
  EXPECT_THAT(stored_, ElementsAre(Stored{1, 2}, Stored{2, 3}, Stored{3, 4}));
  EXPECT_EQ(end_of_log_.position, 4);
  EXPECT_EQ(ask("SELECT count(*) FROM log"), 4);
  EXPECT_EQ(ask("SELECT max(position) FROM log"), 4);
  EXPECT_EQ(ask("SELECT last_position FROM log_state"), 4);
  EXPECT_EQ(ask("SELECT last_seq FROM conversations"), 3);
}

TEST_F(SqlSessionsTest, a_unit_that_refuses_before_it_writes_does_not_disturb_its_group) {
  add_message("m1");
  int runs = 0;
  add<Stored>([&runs](Transaction&) -> Result<Stored, Failure> {
    ++runs;
    return not_found("conversation");
  });
  add_message("m2");
  commit();
  EXPECT_EQ(runs, 1);
  EXPECT_THAT(answers_, ElementsAre("ok", "not_found", "ok"));
}

TEST_F(SqlSessionsTest, every_message_has_its_row_in_the_log_under_the_same_position) {
  for (const char* id : {"m1", "m2", "m3"}) add_message(id);
  commit();
  EXPECT_EQ(
      ask("SELECT count(*) FROM messages m JOIN log l ON l.position = m.position AND l.scope = m.conversation_key "
          "AND l.type = 1 AND l.payload LIKE '%\"id\":\"' || m.message_id || '\"%' "
          "AND l.payload LIKE '%\"seq\":' || m.seq || ',%'"),
      3);
}

TEST_F(SqlSessionsTest, a_page_of_the_log_finds_what_lies_far_apart_among_what_concerns_others) {
  add<Position>([](Transaction& transaction) -> Result<Position, Failure> {
    Conversation conversation{.id = {"others"}, .type = ConversationType::GROUP, .created_by = {"zed"}};
    conversation.members = {{{{"zed"}}}};
    return transaction.insert_conversation(conversation);
  });
  const auto others_say = [&](int count) {
    for (int i = 0; i < count; ++i) {
      add<Position>([](Transaction& transaction) -> Result<Position, Failure> {
        const auto zed = transaction.find_membership(ConversationId{"others"}, {"zed"});
        return transaction.advance_read(*zed, zed->read_seq, {});
      });
    }
  };
  std::vector<Position> expected{1};
  for (int apart : {0, 1, 3, 30, 700}) { // a page of two rows is first looked for in four positions, then in 32, in 256
    others_say(apart);
    add_message("m" + std::to_string(apart));
    commit();
    expected.push_back(stored_.back().position);
  }
  others_say(50);
  commit();
  std::vector<Position> found;
  LogPage page;
  page.last = false;
  for (int pages = 0; !page.last && pages < 10; ++pages) {
    add<Position>([&page](Transaction& transaction) -> Result<Position, Failure> {
      page = transaction.log().page({{"bob"}, {"phone"}, Channel::MESSAGING}, page.end, 2, 1 << 20);
      return page.end;
    });
    commit();
    for (const LogRow& row : page.rows) found.push_back(row.position);
  }
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(page.last);
  EXPECT_EQ(page.end, end_of_log_.position);
}

TEST_F(SqlSessionsTest, a_watermark_is_kept_with_its_row_in_the_log) {
  add_message("m1");
  add<Position>([](Transaction& transaction) -> Result<Position, Failure> {
    return transaction.advance_read(*transaction.find_membership(ConversationId{"c"}, {"bob"}), 1, {5});
  });
  commit();
  EXPECT_EQ(ask("SELECT read_seq FROM members JOIN users USING (user_key) WHERE user_id = 'bob'"), 1);
  EXPECT_EQ(ask("SELECT read_seq FROM members m JOIN users u USING (user_key) WHERE user_id = 'ann'"), 0);
  EXPECT_EQ(ask("SELECT count(*) FROM log WHERE position = 3 AND type = 2 AND scope = 1 AND payload = "
                "'{\"conversationId\":\"c\",\"userId\":\"bob\",\"seq\":1,\"at\":\"1970-01-01T00:00:00.005Z\"}'"),
            1);
}

TEST_F(SqlSessionsTest, positions_go_on_after_a_restart_and_the_epoch_stays) {
  add_message("m1");
  commit();
  const std::string epoch = end_of_log_.epoch;
  open();
  EXPECT_EQ(end_of_log_.epoch, epoch);
  EXPECT_EQ(end_of_log_.position, 2);
  add_message("m2");
  commit();
  EXPECT_THAT(stored_, ElementsAre(Stored{1, 2}, Stored{2, 3}));
}

TEST_F(SqlSessionsTest, two_databases_have_different_epochs) {
  TestDatabase elsewhere;
  EndOfLog other;
  SqlWriteSession session(elsewhere.connect_migrated(), other);
  EXPECT_NE(other.epoch, end_of_log_.epoch);
  EXPECT_GE(other.epoch.size(), 14u);
}

TEST_F(SqlSessionsTest, what_is_not_committed_is_not_there_after_a_restart) {
  ASSERT_TRUE(session_->begin());
  add_message("m1");
  EXPECT_EQ(session_->run(*group_.front()), WriteSession::Ran::kept);
  group_.clear();
  open(); // as after a kill: nobody has rolled back
  EXPECT_EQ(ask("SELECT count(*) FROM messages"), 0);
  EXPECT_EQ(end_of_log_.position, 1);
}

TEST_F(SqlSessionsTest, a_full_disk_refuses_and_takes_again_when_there_is_space) { // F3
  if (test_database_.dialect() == sql::Dialect::postgres) GTEST_SKIP() << "of a file of ours";
  database_->execute("PRAGMA max_page_count = 1"); // means: no more than now
  const std::string long_text(20'000, 'x');
  const auto add_long_message = [&](const std::string& id) { add_message(id + long_text); };
  add_long_message("m1");
  add_long_message("m2");
  commit();
  EXPECT_THAT(answers_, ElementsAre("unavailable", "unavailable"));
  EXPECT_TRUE(commit_->healthy());
  EXPECT_EQ(ask("SELECT count(*) FROM messages"), 0);

  database_->execute("PRAGMA max_page_count = 1000000");
  add_long_message("m3");
  commit();
  EXPECT_THAT(stored_, ElementsAre(Stored{1, 2}));
}

TEST_F(SqlSessionsTest, a_member_list_that_was_rolled_back_is_forgotten) {
  const auto create = [](Transaction& transaction, const std::string& id, const std::string& other) {
    Conversation conversation{.id = {id}, .type = ConversationType::GROUP, .created_by = {"ann"}};
    conversation.members = {{{{"ann"}}}, {{{other}}}};
    transaction.insert_conversation(conversation);
    return transaction.member_ids(*transaction.find_conversation({id}));
  };
  add<MemberIds>([&](Transaction& transaction) -> Result<MemberIds, Failure> {
    create(transaction, "undone", "bob");
    return not_found("conversation");
  });
  commit();
  MemberIds members;
  add<MemberIds>([&](Transaction& transaction) -> Result<MemberIds, Failure> {
    members = create(transaction, "kept", "cid"); // under the key that the other one had
    return members;
  });
  commit();
  EXPECT_THAT(*members, ElementsAre(UserId{"ann"}, UserId{"cid"}));
}

TEST_F(SqlSessionsTest, sees_what_it_wrote_before_the_commit) {
  add<Stored>([](Transaction& transaction) -> Result<Stored, Failure> {
    const Stored stored = write_message(transaction, "m1");
    EXPECT_TRUE(transaction.find_message(MessageId{"m1"}));
    EXPECT_EQ(transaction.count_unread(*transaction.find_membership(ConversationId{"c"}, {"bob"})), 1);
    return stored;
  });
  commit();
  EXPECT_THAT(answers_, ElementsAre("ok"));
}

} // namespace
} // namespace mentara::storage
