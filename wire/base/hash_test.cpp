#include "wire/base/hash.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

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

// What std::hash maps to few buckets (E29): with the key unknown, low and high bits are spread all the same.
TEST(SeededHash, spreads_over_its_low_and_its_high_bits) {
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

} // namespace
} // namespace wire
