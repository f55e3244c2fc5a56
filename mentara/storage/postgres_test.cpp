#include "mentara/storage/postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "mentara/storage/postgres_text.h"
#include "mentara/storage/test_database.h"

namespace mentara::storage::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(PostgresText, statements_are_numbered_as_postgresql_wants_it_but_not_within_quotes) {
  EXPECT_EQ(numbered_with_dollars("SELECT ?1, '?2', ?3"), "SELECT $1, '?2', $3");
}

TEST(PostgresText, any_text_comes_back_as_it_was) {
  const std::string mark = "\xEF\xBF\xBE";
  for (const std::string& text : {std::string(), std::string("plain"), std::string("\0", 1), std::string("a\0b\0", 4),
                                  mark, mark + "0", mark + "1" + std::string("\0", 1) + mark}) {
    const std::string kept = needs_escape(text) ? escape_text(text) : text;
    EXPECT_EQ(kept.find('\0'), kept.npos);
    EXPECT_EQ(is_escaped(kept) ? unescape_text(kept) : kept, text);
  }
}

class PostgresTest : public testing::Test {
 protected:
  PostgresTest() { database_.execute("CREATE TABLE t (id BIGINT PRIMARY KEY, text TEXT)"); }

  std::int64_t ask(std::string_view sql) {
    Statement statement(database_, sql);
    Rows row = statement.query();
    EXPECT_TRUE(row.next());
    return row.integer(0);
  }
  ErrorKind kind_of(const std::string& sql) {
    try {
      Statement(database_, sql).run();
    } catch (const Error& error) {
      message_ = error.what();
      return error.kind;
    }
    return ErrorKind::other;
  }
  void end_backend() {
    const auto other = place_.connect();
    other->execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'");
  }

  TestDatabase place_{sql::Dialect::postgres};
  Database database_{{.url = place_.url(), .name = "victim"}};
  std::string message_;
};

TEST_F(PostgresTest, keeps_texts_numbers_and_nothing_as_they_are) {
  Statement insert(database_, "INSERT INTO t VALUES (?1, ?2)"), all(database_, "SELECT id, text FROM t ORDER BY id");
  const std::string with_nul("a\0b", 3);
  insert.run(-1, "ä'\"\\?1");
  insert.run(std::int64_t{9'223'372'036'854'775'807}, std::optional<std::string>());
  insert.run(0, with_nul);
  Rows row = all.query();
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), -1);
  EXPECT_EQ(row.text(1), "ä'\"\\?1");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.text(1), with_nul);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), 9'223'372'036'854'775'807);
  EXPECT_TRUE(row.null(1));
  EXPECT_FALSE(row.next());
}

TEST_F(PostgresTest, what_asks_for_nothing_is_answered_with_the_next_question) {
  Statement begin(database_, "BEGIN"), insert(database_, "INSERT INTO t VALUES (?1, 'x')"),
      rollback(database_, "ROLLBACK");
  begin.run();
  for (int i = 0; i < 5000; ++i) insert.run(i);
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 5000);
  rollback.run();
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresTest, a_failure_comes_with_the_next_question_and_the_connection_goes_on_after_a_rollback) {
  Statement begin(database_, "BEGIN"), insert(database_, "INSERT INTO t VALUES (?1, ?2)");
  begin.run();
  insert.run(1, "secret");
  insert.run(1, "secret");
  EXPECT_THROW(ask("SELECT count(*) FROM t"), Error);
  EXPECT_TRUE(database_.in_transaction());
  database_.execute("ROLLBACK");
  EXPECT_FALSE(database_.in_transaction());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresTest, S2_an_error_never_says_what_people_wrote) {
  database_.execute("ALTER TABLE t ADD CHECK (text <> 'secret')");
  Statement insert(database_, "INSERT INTO t VALUES (1, ?1)");
  try {
    insert.run("secret");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("secret")));
  }
}

TEST_F(PostgresTest, a_commit_of_what_has_failed_is_a_failure) {
  Statement begin(database_, "BEGIN"), insert(database_, "INSERT INTO t VALUES (1, 'x')"), commit(database_, "COMMIT");
  begin.run();
  insert.run();
  insert.run();
  EXPECT_THROW(commit.query().next(), Error);
  database_.execute("ROLLBACK");
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresTest, F7_a_connection_that_ended_is_made_again_and_its_statements_with_it) {
  Statement count(database_, "SELECT count(*) FROM t");
  EXPECT_TRUE(count.query().next());
  end_backend();
  try {
    for (int i = 0; i < 1000; ++i) count.query().next();
    ADD_FAILURE() << "the connection did not end";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::lost);
  }
  EXPECT_FALSE(database_.connected());
  database_.ready();
  EXPECT_TRUE(count.query().next());
}

TEST_F(PostgresTest, what_returns_nothing_of_what_it_writes_has_written_nothing) {
  Statement insert(database_, "INSERT INTO t VALUES (?1, 'x') ON CONFLICT DO NOTHING RETURNING id");
  const std::int64_t before = database_.changes_total();
  EXPECT_TRUE(insert.query(1).next());
  EXPECT_EQ(database_.changes_total(), before + 1);
  EXPECT_FALSE(insert.query(1).next());
  EXPECT_EQ(database_.changes_total(), before + 1);
}

// Runs when the statement is done and answered, at the end of its own transaction.
constexpr const char* at_the_end =
    "CREATE FUNCTION at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN %; RETURN NULL; END$$;"
    "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
    "EXECUTE FUNCTION at_the_end();";

std::string at_the_end_of_each_insert(std::string_view what) {
  std::string sql = at_the_end;
  return sql.replace(sql.find('%'), 1, what);
}

TEST_F(PostgresTest, what_fails_behind_its_answer_is_a_failure_and_the_connection_goes_on) {
  database_.execute(at_the_end_of_each_insert("RAISE EXCEPTION 'no' USING ERRCODE = '40001'"));
  EXPECT_EQ(kind_of("INSERT INTO t VALUES (1, 'x')"), ErrorKind::conflict);
  EXPECT_TRUE(database_.connected());
  EXPECT_FALSE(database_.in_transaction());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 0);
}

// What was false: behind the answer to a question nothing comes but the end of the questions. The server ended itself
// when a backend was ended just then.
TEST_F(PostgresTest, F7_a_backend_that_is_ended_behind_its_answer_is_a_lost_connection) {
  database_.execute(at_the_end_of_each_insert("PERFORM pg_terminate_backend(pg_backend_pid())"));
  EXPECT_EQ(kind_of("INSERT INTO t VALUES (1, 'x')"), ErrorKind::lost);
  EXPECT_FALSE(database_.connected());
  database_.ready();
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresTest, S1_a_statement_that_takes_too_long_is_ended) {
  database_.execute("SET statement_timeout = 20");
  EXPECT_EQ(kind_of("SELECT pg_sleep(10)"), ErrorKind::busy);
  EXPECT_EQ(ask("SELECT 1"), 1);
}

TEST_F(PostgresTest, F8_a_transaction_that_nobody_goes_on_with_is_ended) {
  database_.execute("SET idle_in_transaction_session_timeout = 20");
  Statement begin(database_, "BEGIN");
  begin.run();
  EXPECT_EQ(ask("SELECT 1"), 1);
  const auto other = place_.connect();
  Statement there(*other, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim'");
  for (;;) {
    Rows row = there.query();
    if (row.next() && row.integer(0) == 0) break;
  }
  EXPECT_THROW(ask("SELECT 1"), Error);
  EXPECT_FALSE(database_.connected());
}

TEST_F(PostgresTest, a_second_connection_of_the_same_name_ends_the_first) {
  const Database second({.url = place_.url(), .name = "victim"});
  try {
    for (int i = 0; i < 1000; ++i) ask("SELECT 1");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::lost);
  }
}

TEST_F(PostgresTest, hears_what_is_announced) {
  database_.execute("LISTEN mentara_log");
  const auto other = place_.connect();
  other->execute("SELECT pg_notify('mentara_log', '17')");
  EXPECT_THAT(database_.announced(std::chrono::seconds(10)), ElementsAre("17"));
}

} // namespace
} // namespace mentara::storage::postgres
