#include "wire/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

namespace wire {
namespace {

TEST(SeededHash, gives_the_same_for_the_same_text_wherever_it_lies) {
  const std::string text = "x0123456789abcdefghij";
  for (std::size_t length = 0; length < 20; ++length) {
    const std::string copy = text.substr(1, length);
    EXPECT_EQ(seeded_hash(copy), seeded_hash(std::string_view(text).substr(1, length)));
    EXPECT_EQ(SeededHash{}(copy), seeded_hash(copy));
  }
}

TEST(SeededHash, tells_texts_apart_that_differ_in_one_bit_or_in_length) {
  std::unordered_set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (std::size_t length = 0; length < 24; ++length) {
    const std::string zeros(length, '\0');
    seen.insert(seeded_hash(zeros));
    ++texts;
    for (std::size_t bit = 0; bit < length * 8; ++bit) {
      std::string text = zeros;
      text[bit / 8] = static_cast<char>(1 << bit % 8);
      seen.insert(seeded_hash(text));
      ++texts;
    }
  }
  EXPECT_EQ(seen.size(), texts);
}

// With the key unknown, low and high bits are spread, whatever the texts have in common.
TEST(SeededHash, E29_spreads_over_its_low_and_its_high_bits) {
  constexpr std::size_t buckets = 1024, texts = 64 * buckets;
  std::size_t low[buckets] = {}, high[buckets] = {};
  for (std::size_t i = 0; i < texts; ++i) {
    const std::uint64_t hash = seeded_hash("user_" + std::to_string(i));
    ++low[hash % buckets];
    ++high[hash >> 54];
  }
  for (std::size_t i = 0; i < buckets; ++i) {
    // 64 on average, standard deviation 8: ten of them are never seen.
    EXPECT_LT(low[i], 144u);
    EXPECT_LT(high[i], 144u);
  }
}

// 2^17 texts with one and the same std::hash, whatever its seed: libstdc++'s is MurmurHash64A, in which a difference of
// the top bit of a mixed block is undone by the same difference in the next (Aumasson and Bernstein, 2012).
std::vector<std::string> colliding_texts() {
  constexpr std::uint64_t m = 0xc6a4a7935bd1e995;
  std::uint64_t inverse = m;
  for (int i = 0; i < 6; ++i) inverse *= 2 - m * inverse;
  const auto unmixed = [&](std::uint64_t mixed) {
    mixed *= inverse;
    mixed ^= mixed >> 47;
    return mixed * inverse;
  };
  constexpr std::size_t pairs = 17;
  std::vector<std::string> texts;
  for (std::size_t choice = 0; choice < std::size_t{1} << pairs; ++choice) {
    std::array<std::uint64_t, 2 * pairs> blocks;
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::uint64_t top = (choice >> i & 1) << 63;
      blocks[2 * i] = unmixed((i + 1) ^ top);
      blocks[2 * i + 1] = unmixed((i + 100) ^ top);
    }
    texts.emplace_back(reinterpret_cast<const char*>(blocks.data()), sizeof blocks);
  }
  return texts;
}

TEST(SeededHash, E29_keeps_texts_apart_that_collide_without_a_seed) {
  const std::vector<std::string> texts = colliding_texts();
  const std::size_t of_all = std::hash<std::string_view>{}(texts[0]);
  for (std::size_t i = 0; i < texts.size(); i += 1000) ASSERT_EQ(std::hash<std::string_view>{}(texts[i]), of_all);

  const std::unordered_set<std::string_view, SeededHash> set(texts.begin(), texts.end());
  EXPECT_EQ(set.size(), texts.size());
  std::size_t fullest = 0;
  for (std::size_t i = 0; i < set.bucket_count(); ++i) fullest = std::max(fullest, set.bucket_size(i));
  EXPECT_LT(fullest, 20u);
}

} // namespace
} // namespace wire
