#include "mentara/storage/maintenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "mentara/storage/data_directory.h"
#include "mentara/storage/test_support.h"
#include "mentara/storage/test_writer.h"

namespace mentara::storage {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class MaintenanceTest : public testing::Test {
 protected:
  MaintenanceTest() {
    fs::create_directory(data_);
    writer_ = std::make_unique<TestWriter>(database_);
    EXPECT_TRUE(writer_->begin());
    EXPECT_THAT(writer_->send(1, 20), testing::SizeIs(20));
  }

  void back_up(const std::string& to) {
    storage::back_up(data_, to, [](std::string_view) {});
  }
  std::string restore(const std::string& from, const std::string& to, bool force = false) {
    return storage::restore(from, to, force, [](std::string_view) {});
  }
  template <class Do>
  static std::string refusal(Do act) {
    try {
      act();
    } catch (const OpenError& error) {
      return error.what();
    }
    return "none";
  }
  static std::string epoch_of(const std::string& path) {
    sqlite::Database database(path);
    sqlite::Statement statement(database, "SELECT epoch FROM log_state");
    sqlite::Rows row = statement.query();
    row.next();
    return row.text(0);
  }
  // What is found when somebody has changed the database by this.
  std::vector<std::string> damage_by(const std::string& sql) {
    TempDirectory elsewhere;
    const std::string copy = elsewhere.path() + "/mentara.db";
    back_up(copy);
    sqlite::Database(copy).execute(sql);
    return find_damage(copy);
  }

  TempDirectory directory_;
  const std::string data_ = directory_.path() + "/data", database_ = data_ + "/mentara.db";
  const std::string backup_ = directory_.path() + "/backup.db", other_ = directory_.path() + "/other";
  std::unique_ptr<TestWriter> writer_;
};

TEST_F(MaintenanceTest, a_backup_is_what_was_committed_at_one_moment_while_the_writer_goes_on) {
  back_up(backup_);
  EXPECT_THAT(writer_->send(21, 40), testing::SizeIs(20));
  const StoredMessages stored = read_messages(backup_);
  EXPECT_EQ(stored.wrong, "");
  EXPECT_EQ(stored.numbers.size(), 20u);
  EXPECT_EQ(fs::status(backup_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(fs::exists(backup_ + ".part"));
}

TEST_F(MaintenanceTest, a_backup_replaces_no_file_and_a_failed_one_leaves_none) {
  std::ofstream(backup_) << "mine";
  EXPECT_THAT(refusal([&] { back_up(backup_); }), HasSubstr(backup_));
  EXPECT_EQ(fs::file_size(backup_), 4u);
  EXPECT_THAT(refusal([&] { back_up(directory_.path() + "/nowhere/backup.db"); }), HasSubstr("nowhere"));
  EXPECT_THAT(refusal([&] { storage::back_up(other_, backup_ + "2", [](auto) {}); }), HasSubstr("no database"));
  EXPECT_FALSE(fs::exists(backup_ + "2"));
}

TEST_F(MaintenanceTest, a_restored_database_has_everything_of_the_backup_under_another_epoch) {
  back_up(backup_);
  EXPECT_EQ(restore(backup_, other_), "");
  const StoredMessages stored = read_messages(other_ + "/mentara.db");
  EXPECT_EQ(stored.wrong, "");
  EXPECT_EQ(stored.numbers.size(), 20u);
  EXPECT_NE(epoch_of(other_ + "/mentara.db"), epoch_of(backup_));
  EXPECT_EQ(epoch_of(backup_), epoch_of(database_));
  TestWriter after(other_ + "/mentara.db");
  EXPECT_THAT(after.send(21, 24), testing::SizeIs(4));
}

TEST_F(MaintenanceTest, a_database_that_is_there_is_replaced_only_by_force_and_kept_all_the_same) {
  back_up(backup_);
  writer_->send(21, 40);
  writer_.reset();
  EXPECT_THAT(refusal([&] { restore(backup_, data_); }), testing::AllOf(HasSubstr(database_), HasSubstr("--force")));
  EXPECT_EQ(read_messages(database_).numbers.size(), 40u);
  const std::string kept = restore(backup_, data_, true);
  EXPECT_EQ(read_messages(database_).numbers.size(), 20u);
  EXPECT_EQ(read_messages(kept).numbers.size(), 40u);
}

TEST_F(MaintenanceTest, nothing_is_restored_under_a_running_server) {
  back_up(backup_);
  const DataDirectory server(other_);
  EXPECT_THAT(refusal([&] { restore(backup_, other_, true); }), HasSubstr("in use"));
}

TEST_F(MaintenanceTest, a_damaged_backup_is_not_restored) {
  back_up(backup_);
  std::fstream file(backup_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(3 * 4096 + 100);
  file << "xxxx";
  file.close();
  EXPECT_NE(refusal([&] { restore(backup_, other_); }), "none");
  EXPECT_EQ(fs::file_size(other_ + "/mentara.db"), 0u);
  std::ofstream(directory_.path() + "/text") << std::string(10'000, 'x');
  EXPECT_THAT(refusal([&] { restore(directory_.path() + "/text", other_); }), HasSubstr("text"));
}

TEST_F(MaintenanceTest, a_sound_database_has_no_damage_also_while_it_is_written) {
  EXPECT_THAT(find_damage(database_), IsEmpty());
}

TEST_F(MaintenanceTest, what_breaks_an_invariant_of_ours_is_found) {
  EXPECT_THAT(damage_by("DELETE FROM log WHERE position = 5"), Contains(HasSubstr("the log has 20 rows")));
  EXPECT_THAT(damage_by("DELETE FROM messages WHERE seq = 7"), Contains(HasSubstr("conversation c has 19 messages")));
  EXPECT_THAT(damage_by("UPDATE conversations SET last_seq = 21"), Contains(HasSubstr("and should have 21")));
  EXPECT_THAT(damage_by("UPDATE members SET read_seq = 1000"), Contains(HasSubstr("has read 1000")));
  EXPECT_THAT(damage_by("UPDATE messages SET sender_key = 99 WHERE seq = 1"), Contains(HasSubstr("not there")));
  EXPECT_THAT(damage_by("INSERT INTO directs SELECT 1, 2, 99"), Contains(HasSubstr("not there")));
}

} // namespace
} // namespace mentara::storage
