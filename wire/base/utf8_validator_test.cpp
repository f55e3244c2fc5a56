#include "wire/base/utf8.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace wire {
namespace {

// The slow and obvious way, against which the fast one is held.
struct Fed {
  bool valid = true, complete = true;
  bool operator==(const Fed&) const = default;
};

Fed feed_bytes(std::string_view text) {
  Utf8Validator validator;
  for (char c : text) {
    if (!validator.feed({&c, 1})) return {false, false};
  }
  return {true, validator.complete()};
}

Fed feed_in_two(std::string_view text, std::size_t cut) {
  Utf8Validator validator;
  if (!validator.feed(text.substr(0, cut)) || !validator.feed(text.substr(cut))) return {false, false};
  return {true, validator.complete()};
}

TEST(Utf8Validator, says_the_same_in_whatever_pieces_a_text_comes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::string parts[] = {"a", "plain text that is longer than a register", "é", "€", "😀", "\xf4\x8f\xbf\xbf"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += parts[random() % std::size(parts)];
    if (random() % 2 == 0) text.resize(text.size() - std::min<std::size_t>(text.size(), random() % 4));
    if (random() % 4 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    const Fed expected = feed_bytes(text);
    EXPECT_EQ(is_utf8(text), expected.valid && expected.complete);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) ASSERT_EQ(feed_in_two(text, cut), expected) << cut;
  }
}

TEST(Utf8Validator, says_no_with_the_first_byte_that_no_rest_could_save) {
  for (const std::string text : {"\xc0", "\xe0\x9f", "\xed\xa0", "\xf0\x8f", "\xf4\x90", "\xf5", "\xe2\x82\x41"}) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed("long enough to be read at once, é " + text.substr(0, text.size() - 1)));
    EXPECT_FALSE(validator.feed(text.substr(text.size() - 1)));
    EXPECT_FALSE(validator.feed("and it stays so"));
    Utf8Validator at_once;
    EXPECT_FALSE(at_once.feed("long enough to be read at once, é " + text));
  }
}

} // namespace
} // namespace wire
