#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "mentara/storage/test_support.h"
#include "mentara/storage/test_vfs.h"
#include "mentara/storage/test_writer.h"

// Power loss (F2): what was synced is on the disk; of what was written since, any part may be, in any order, and a
// write may have been torn between two sectors.
namespace mentara::storage {
namespace {

namespace fs = std::filesystem;
using Operation = TestVfs::Operation;
using Call = TestVfs::Call;

constexpr std::size_t sector = 512;

void apply(std::string& file, const Operation& operation) {
  const auto offset = static_cast<std::size_t>(operation.offset);
  if (operation.call == Call::truncate) {
    file.resize(offset);
  } else {
    if (file.size() < offset + operation.bytes.size()) file.resize(offset + operation.bytes.size());
    std::copy(operation.bytes.begin(), operation.bytes.end(), file.begin() + operation.offset);
  }
}

// What a write becomes when only some of its sectors reached the disk.
std::vector<Operation> tear(const Operation& operation, std::mt19937& random) {
  std::vector<Operation> parts;
  for (std::size_t at = 0; at < operation.bytes.size();) {
    const std::size_t in_sector = (static_cast<std::size_t>(operation.offset) + at) % sector;
    const std::size_t size = std::min(sector - in_sector, operation.bytes.size() - at);
    if (random() % 2 == 0) {
      parts.push_back({Call::write, operation.path, operation.offset + static_cast<std::int64_t>(at),
                       operation.bytes.substr(at, size)});
    }
    at += size;
  }
  return parts;
}

enum class Loss { nothing_arrived, some_arrived, in_another_order, torn };

class Disk {
 public:
  void take(const Operation& operation) {
    File& file = files_[operation.path];
    if (operation.call == Call::sync) {
      for (const Operation& pending : file.pending) apply(file.safe, pending);
      file.pending.clear();
    } else if (operation.call == Call::remove) {
      files_.erase(operation.path);
    } else {
      file.pending.push_back(operation);
    }
  }

  // Writes what the disk holds when the power is lost now.
  void lose_power(Loss loss, std::mt19937& random, const std::string& directory) const {
    for (const auto& [path, file] : files_) {
      std::string bytes = file.safe;
      std::vector<Operation> arrived;
      for (const Operation& pending : file.pending) {
        if (loss == Loss::nothing_arrived || random() % 4 == 0) continue;
        if (loss == Loss::torn && pending.call == Call::write) {
          std::ranges::copy(tear(pending, random), std::back_inserter(arrived));
        } else {
          arrived.push_back(pending);
        }
      }
      if (loss == Loss::in_another_order) std::shuffle(arrived.begin(), arrived.end(), random);
      for (const Operation& operation : arrived) apply(bytes, operation);
      std::ofstream(directory + "/" + fs::path(path).filename().string(), std::ios::binary) << bytes;
    }
  }

 private:
  struct File {
    std::string safe;
    std::vector<Operation> pending;
  };
  std::map<std::string, File> files_;
};

class PowerLossTest : public testing::Test {
 protected:
  // Lets a writer write, and loses the power at every moment when something is not yet safe; says what was wrong.
  std::vector<std::string> lose_power_everywhere(const char* setting) {
    TestVfs vfs;
    const std::string path = directory_.path() + "/mentara.db";
    auto writer = std::make_unique<TestWriter>(path);
    writer->database().execute(setting);
    EXPECT_TRUE(writer->begin());

    std::vector<std::string> wrong;
    int acknowledged = 0;
    for (int sent = 0; sent < 60;) {
      const int group = 1 + static_cast<int>(random_() % 6);
      const std::size_t count = writer->send(sent + 1, sent + group).size();
      EXPECT_EQ(count, static_cast<std::size_t>(group));
      for (const Operation& operation : vfs.take_operations()) {
        if (!operation.path.starts_with(path)) continue; // of an image
        if (operation.call == Call::sync) lose_power(acknowledged, sent + group, wrong);
        disk_.take(operation);
      }
      sent += group;
      acknowledged = sent;
      lose_power(acknowledged, sent, wrong);
    }
    writer.reset();
    return wrong;
  }

  // Of 1 … `sent`, 1 … `acknowledged` must be there, and no other but a prefix of the rest.
  void lose_power(int acknowledged, int sent, std::vector<std::string>& wrong) {
    for (const Loss loss : {Loss::nothing_arrived, Loss::some_arrived, Loss::in_another_order, Loss::torn}) {
      TempDirectory after;
      disk_.lose_power(loss, random_, after.path());
      const StoredMessages stored = read_messages(after.path() + "/mentara.db");
      const int last = stored.numbers.empty() ? 0 : *stored.numbers.rbegin();
      ++images_;
      if (last < acknowledged)
        wrong.push_back(std::to_string(acknowledged) + " were acknowledged, " + std::to_string(last) + " are there");
      if (last > sent || last != static_cast<int>(stored.numbers.size())) wrong.push_back("what is there is no prefix");
      if (!stored.wrong.empty()) wrong.push_back(stored.wrong);
    }
  }

  const std::mt19937::result_type seed_ = std::random_device()();
  std::mt19937 random_{seed_};
  TempDirectory directory_;
  Disk disk_;
  int images_ = 0;
};

TEST_F(PowerLossTest, F2_what_was_acknowledged_is_there_whatever_part_of_the_rest_arrived) {
  EXPECT_THAT(lose_power_everywhere("PRAGMA synchronous"), testing::IsEmpty())
      << "seed " << seed_; // as the store has it
  EXPECT_GT(images_, 200);
}

TEST_F(PowerLossTest, F2_a_store_that_does_not_wait_for_the_disk_would_be_found_out) {
  EXPECT_THAT(lose_power_everywhere("PRAGMA synchronous = NORMAL"), testing::Not(testing::IsEmpty()))
      << "seed " << seed_;
}

} // namespace
} // namespace mentara::storage
