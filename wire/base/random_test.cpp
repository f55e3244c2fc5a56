#include "wire/base/random.h"
#include "wire/base/seeded_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace wire {
namespace {

TEST(SeededRandom, repeats_itself_for_one_seed_and_leaves_nothing_behind) {
  const auto drawn = [](std::uint64_t seed) {
    const SeededRandom seeded(seed);
    const std::uint64_t first = random_u64();
    return std::pair(first, random_id());
  };
  EXPECT_EQ(drawn(7), drawn(7));
  EXPECT_NE(drawn(7), drawn(8));
  EXPECT_NE(random_u64(), random_u64());
}

TEST(Random, E13_never_gives_the_same_id_twice) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(random_id());
  EXPECT_EQ(ids.size(), 10'000u);
}

TEST(Random, gives_ids_of_20_characters_that_need_no_escape) {
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_id();
    ASSERT_EQ(id.size(), 20u);
    ASSERT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos)
        << id;
  }
}

// Sizes around the 512 bytes that are drawn at once.
TEST(Random, fills_every_byte_whatever_the_size) {
  for (std::size_t size : {0, 1, 7, 255, 256, 257, 511, 512, 513, 5000}) {
    std::vector<unsigned char> ever(size), once(size + 2, 0xaa);
    for (int round = 0; round < 20; ++round) {
      fill_random(std::span(once).subspan(1, size));
      for (std::size_t i = 0; i < size; ++i) ever[i] |= once[i + 1];
    }
    // A byte stays 0 for 20 rounds once in 2^160.
    EXPECT_EQ(std::count(ever.begin(), ever.end(), 0), 0) << size;
    EXPECT_EQ(once.front(), 0xaa);
    EXPECT_EQ(once.back(), 0xaa);
  }
}

TEST(Random, gives_each_thread_its_own) {
  std::set<std::uint64_t> here, there;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) there.insert(random_u64());
  });
  for (int i = 0; i < 1000; ++i) here.insert(random_u64());
  other.join();
  here.merge(there);
  EXPECT_EQ(here.size(), 2000u);
}

} // namespace
} // namespace wire
