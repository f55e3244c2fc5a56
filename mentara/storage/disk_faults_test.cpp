#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/storage/test_support.h"
#include "mentara/storage/test_vfs.h"
#include "mentara/storage/test_writer.h"

// A disk that fails (F4) or is full (F3), at every call in turn.
namespace mentara::storage {
namespace {

using Call = TestVfs::Call;
using testing::IsSubsetOf;

struct Outcome {
  bool failed = false;             // the fault happened
  bool refused = false;            // some group was refused
  bool acknowledged_later = false; // a group after the refused one was acknowledged
  bool healthy = true;             // at the end
  std::set<int> acknowledged{};
};

class DiskFaultsTest : public testing::Test {
 protected:
  // Sends groups while the `nth` call fails, stops as at a kill, and looks at what is there afterwards.
  Outcome fail_at(Call call, int nth, bool persistent, TestVfs::Fault fault) {
    TempDirectory directory;
    const std::string path = directory.path() + "/mentara.db";
    TestVfs vfs;
    auto writer = std::make_unique<TestWriter>(path);
    EXPECT_TRUE(writer->begin());
    Outcome outcome;
    vfs.fail(call, nth, persistent, fault);
    for (int from = 1; from <= 60; from += 3) {
      const std::set<int> acknowledged = writer->send(from, from + 2);
      EXPECT_TRUE(acknowledged.empty() || acknowledged.size() == 3) << "a group is kept or not, as one";
      if (acknowledged.empty()) outcome.refused = true;
      if (outcome.refused && !acknowledged.empty()) outcome.acknowledged_later = true;
      outcome.acknowledged.insert(acknowledged.begin(), acknowledged.end());
    }
    outcome.failed = vfs.has_failed();
    outcome.healthy = writer->healthy();
    vfs.heal();
    writer.reset();

    const StoredMessages stored = read_messages(path);
    EXPECT_EQ(stored.wrong, "") << "call " << nth;
    EXPECT_THAT(outcome.acknowledged, IsSubsetOf(stored.numbers)) << "call " << nth;
    if (outcome.refused) {
      TestWriter after_restart(path);
      EXPECT_THAT(after_restart.send(1000, 1002), testing::SizeIs(3)) << "a restart mends it";
    }
    return outcome;
  }
};

TEST_F(DiskFaultsTest, F4_a_failed_sync_is_never_tried_again_and_nothing_is_acknowledged_after_it) {
  int refused = 0;
  for (const bool persistent : {false, true}) {
    for (int nth = 1;; ++nth) {
      const Outcome outcome = fail_at(Call::sync, nth, persistent, TestVfs::Fault::io);
      if (!outcome.failed) break;
      // A sync of a checkpoint may fail without harm: the write-ahead log still has everything.
      if (!outcome.refused) continue;
      ++refused;
      EXPECT_FALSE(outcome.acknowledged_later) << "sync " << nth;
      EXPECT_FALSE(outcome.healthy) << "sync " << nth;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(DiskFaultsTest, F4_a_write_that_fails_at_any_call_loses_nothing_that_was_acknowledged) {
  int refused = 0;
  for (const bool persistent : {false, true}) {
    for (int nth = 1; nth <= 200; nth += persistent ? 7 : 3) {
      const Outcome outcome = fail_at(Call::write, nth, persistent, TestVfs::Fault::io);
      refused += outcome.refused ? 1 : 0;
      EXPECT_FALSE(outcome.refused && outcome.acknowledged_later) << "write " << nth;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(DiskFaultsTest, F3_a_full_disk_refuses_and_stores_again_as_soon_as_there_is_space) {
  int refused = 0;
  for (int nth = 1; nth <= 100; nth += 3) {
    const Outcome outcome = fail_at(Call::write, nth, false, TestVfs::Fault::full);
    refused += outcome.refused ? 1 : 0;
    EXPECT_TRUE(outcome.healthy) << "write " << nth;
    EXPECT_TRUE(!outcome.refused || outcome.acknowledged_later) << "write " << nth;
  }
  EXPECT_GT(refused, 20);
}

TEST_F(DiskFaultsTest, F3_reading_goes_on_while_the_disk_is_full) {
  TempDirectory directory;
  const std::string path = directory.path() + "/mentara.db";
  TestVfs vfs;
  TestWriter writer(path);
  ASSERT_TRUE(writer.begin());
  ASSERT_THAT(writer.send(1, 3), testing::SizeIs(3));
  vfs.fail(Call::write, 1, true, TestVfs::Fault::full);
  EXPECT_THAT(writer.send(4, 6), testing::IsEmpty());
  SqlReadSession reader(std::make_unique<sqlite::Database>(path));
  std::size_t seen = 0;
  const auto look = [](Snapshot& snapshot) -> wire::Result<std::size_t, Failure> {
    return snapshot.messages_after(*snapshot.find_conversation({"c"}), 0, 10).size();
  };
  RulesUnit<std::size_t, Snapshot, decltype(look)> unit(look, [&](auto found) { seen = found ? *found : 0; });
  reader.run(unit);
  unit.done();
  EXPECT_EQ(seen, 3u);
  vfs.heal();
  EXPECT_THAT(writer.send(4, 6), testing::SizeIs(3));
}

} // namespace
} // namespace mentara::storage
