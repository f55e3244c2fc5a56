#include "mentara/storage/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "mentara/storage/data_directory.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/test_support.h"

namespace mentara::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::int64_t ask(sqlite::Database& database, std::string_view sql) {
  sqlite::Statement statement(database, sql);
  sqlite::Rows row = statement.query();
  EXPECT_TRUE(row.next());
  return row.integer(0);
}

std::int64_t version(sqlite::Database& database) { return ask(database, "PRAGMA user_version"); }

class MigrationsTest : public testing::Test {
 protected:
  std::string refusal(std::span<const Migration> migrations = all_migrations()) {
    try {
      migrate(database_, path_, migrations);
    } catch (const OpenError& error) {
      return error.what();
    }
    return "none";
  }

  TempDirectory directory_;
  const std::string path_ = directory_.path() + "/mentara.db";
  sqlite::Database database_{path_};
};

constexpr std::array<Migration, 2> two_steps = {{{"0001_a", "CREATE TABLE a (x);"}, {"0002_b", "CREATE TABLE b (x);"}}};
constexpr std::array<Migration, 2> bad_second_step = {
    {{"0001_a", "CREATE TABLE a (x);"}, {"0002_b", "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);"}}};

TEST_F(MigrationsTest, bring_an_empty_file_up_to_date_and_then_do_nothing) {
  migrate(database_, path_);
  EXPECT_EQ(version(database_), static_cast<std::int64_t>(all_migrations().size()));
  const auto changes = database_.changes_total();
  migrate(database_, path_);
  EXPECT_EQ(database_.changes_total(), changes);
}

TEST_F(MigrationsTest, are_numbered_without_a_gap) {
  for (std::size_t i = 0; i < all_migrations().size(); ++i) {
    char number[32];
    std::snprintf(number, sizeof number, "%04zu_", i + 1);
    EXPECT_TRUE(all_migrations()[i].name.starts_with(number)) << all_migrations()[i].name;
  }
}

TEST_F(MigrationsTest, a_step_that_fails_leaves_nothing_of_itself_and_is_done_by_the_next_start) {
  EXPECT_THROW(migrate(database_, path_, bad_second_step), sqlite::Error);
  EXPECT_EQ(version(database_), 1);
  EXPECT_EQ(ask(database_, "SELECT count(*) FROM sqlite_schema"), 1);
  migrate(database_, path_, two_steps);
  EXPECT_EQ(version(database_), 2);
}

TEST_F(MigrationsTest, a_newer_schema_is_refused_with_both_numbers_and_left_alone) {
  migrate(database_, path_, two_steps);
  EXPECT_THAT(refusal(std::span(two_steps).first(1)),
              AllOf(HasSubstr(path_), HasSubstr("newer"), HasSubstr("schema 2"), HasSubstr("up to 1")));
  EXPECT_EQ(version(database_), 2);
}

TEST_F(MigrationsTest, a_database_of_another_program_is_refused_and_left_alone) {
  database_.execute("CREATE TABLE theirs (x)");
  EXPECT_THAT(refusal(), AllOf(HasSubstr(path_), HasSubstr("another program")));
  EXPECT_EQ(ask(database_, "SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(MigrationsTest, two_starts_at_once_do_each_step_once) {
  std::vector<std::thread> starts;
  for (int i = 0; i < 2; ++i) {
    starts.emplace_back([this] {
      sqlite::Database database(path_);
      database.execute("PRAGMA busy_timeout = 60000");
      migrate(database, path_); // a step that was done twice would fail: its tables exist
    });
  }
  for (std::thread& start : starts) start.join();
  EXPECT_EQ(version(database_), static_cast<std::int64_t>(all_migrations().size()));
}

} // namespace
} // namespace mentara::storage
