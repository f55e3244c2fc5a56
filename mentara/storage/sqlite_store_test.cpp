#include "mentara/storage/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>

#include "mentara/storage/migrations.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/test_support.h"

namespace mentara::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using wire::Result;

class SqliteStoreTest : public testing::Test {
 protected:
  void open() { store_.emplace(options(), loop_.post()); }
  SqliteOptions options() const { return {.data_directory = path_, .busy_timeout = std::chrono::milliseconds(0)}; }
  std::string refusal(const std::string& path) {
    SqliteOptions other = options();
    other.data_directory = path;
    try {
      SqliteStore store(other, loop_.post());
    } catch (const OpenError& error) {
      return error.what();
    }
    return "none";
  }

  static Result<Position, Failure> make_conversation(Transaction& transaction, const std::string& id) {
    Conversation conversation{.id = {id}, .type = ConversationType::GROUP, .created_by = {"ann"}};
    conversation.members = {{{{"ann"}}}};
    return transaction.insert_conversation(conversation);
  }

  TempDirectory directory_;
  const std::string path_ = directory_.path() + "/data";
  const std::string database_path_ = path_ + "/mentara.db";
  TestLoop loop_;
  std::optional<SqliteStore> store_;
};

TEST_F(SqliteStoreTest, makes_its_directory_for_its_owner_alone) {
  open();
  EXPECT_TRUE(fs::exists(database_path_));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
  EXPECT_TRUE(store_->healthy());
  EXPECT_EQ(store_->end_of_log().position, 0);
}

TEST_F(SqliteStoreTest, keeps_its_files_from_others_also_those_that_are_there_already) {
  const auto owner_alone = fs::perms::owner_read | fs::perms::owner_write;
  const auto expect_kept = [&] {
    for (const char* file : {"", "-wal", "-shm"}) {
      EXPECT_EQ(fs::status(database_path_ + file).permissions(), owner_alone) << file;
    }
  };
  open();
  expect_kept();
  store_.reset();
  fs::permissions(database_path_, owner_alone | fs::perms::group_read | fs::perms::others_read);
  open();
  expect_kept();
}

TEST_F(SqliteStoreTest, does_what_was_handed_in_before_it_ends) {
  open();
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    store_->write<Position>([i](Transaction& transaction) { return make_conversation(transaction, std::to_string(i)); },
                            [&](Result<Position, Failure> made) { answered += made ? 1 : 0; });
  }
  store_.reset();
  loop_.run_posted();
  EXPECT_EQ(answered, 20);
  open();
  EXPECT_EQ(store_->end_of_log().position, 20);
}

TEST_F(SqliteStoreTest, answers_come_in_commit_order) {
  open();
  std::vector<Position> positions;
  for (int i = 0; i < 100; ++i) {
    store_->write<Position>([i](Transaction& transaction) { return make_conversation(transaction, std::to_string(i)); },
                            [&](Result<Position, Failure> made) { positions.push_back(*made); });
  }
  loop_.run_until([&] { return positions.size() == 100; });
  for (std::size_t i = 0; i < positions.size(); ++i) EXPECT_EQ(positions[i], static_cast<Position>(i + 1));
}

TEST_F(SqliteStoreTest, a_reader_sees_one_moment_while_the_writer_goes_on) {
  open();
  std::promise<void> looked, written;
  std::optional<bool> there_before, there_after;
  store_->read<bool>(
      [&](Snapshot& snapshot) -> Result<bool, Failure> {
        there_before = snapshot.find_conversation({"c"}).has_value();
        looked.set_value();
        written.get_future().wait();
        return snapshot.find_conversation({"c"}).has_value();
      },
      [&](Result<bool, Failure> there) { there_after = *there; });
  looked.get_future().wait();
  EXPECT_TRUE(loop_.ask<Position>([&](auto done) {
    store_->write<Position>([](Transaction& transaction) { return make_conversation(transaction, "c"); },
                            std::move(done));
  }));
  written.set_value();
  loop_.run_until([&] { return there_after.has_value(); });
  EXPECT_EQ(there_before, false);
  EXPECT_EQ(there_after, false);
}

// --- What a person reads when it does not open ---

TEST_F(SqliteStoreTest, a_directory_in_use_is_refused_with_its_owner) {
  open();
  EXPECT_THAT(refusal(path_), AllOf(HasSubstr(path_), HasSubstr("in use"), HasSubstr("--data"),
                                    HasSubstr("process " + std::to_string(::getpid()))));
  store_.reset();
  EXPECT_EQ(refusal(path_), "none");
}

TEST_F(SqliteStoreTest, a_path_that_cannot_be_a_directory_is_refused) {
  std::ofstream(directory_.path() + "/file") << "x";
  EXPECT_THAT(refusal(directory_.path() + "/file"), AllOf(HasSubstr(directory_.path()), HasSubstr("--data")));
  EXPECT_THAT(refusal(directory_.path() + "/file/below"), AllOf(HasSubstr(directory_.path()), HasSubstr("--data")));
}

TEST_F(SqliteStoreTest, a_directory_that_cannot_be_written_is_refused) {
  EXPECT_THAT(refusal("/proc/self"), AllOf(HasSubstr("Cannot write"), HasSubstr("/proc/self"), HasSubstr("--data")));
}

TEST_F(SqliteStoreTest, a_file_that_is_no_database_is_refused) {
  fs::create_directories(path_);
  std::ofstream(database_path_) << std::string(10'000, 'x');
  EXPECT_THAT(refusal(path_), AllOf(HasSubstr(database_path_), HasSubstr("damaged"), HasSubstr("restore a backup")));
  EXPECT_EQ(fs::file_size(database_path_), 10'000u);
}

TEST_F(SqliteStoreTest, a_database_that_cannot_be_opened_is_refused) {
  fs::create_directories(database_path_);
  EXPECT_THAT(refusal(path_), AllOf(HasSubstr(database_path_), HasSubstr("the right to")));
}

TEST_F(SqliteStoreTest, a_database_that_another_program_has_locked_is_refused) {
  open();
  store_.reset();
  sqlite::Database other(database_path_);
  other.execute("BEGIN IMMEDIATE");
  EXPECT_THAT(refusal(path_), AllOf(HasSubstr(database_path_), HasSubstr("Cannot lock"), HasSubstr("close")));
}

TEST_F(SqliteStoreTest, a_database_of_a_newer_program_is_refused) {
  open();
  store_.reset();
  sqlite::Database(database_path_).execute("PRAGMA user_version = 9999");
  EXPECT_THAT(refusal(path_), AllOf(HasSubstr(database_path_), HasSubstr("newer"), HasSubstr("9999")));
}

} // namespace
} // namespace mentara::storage
