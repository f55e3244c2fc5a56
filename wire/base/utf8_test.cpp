#include "wire/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace wire {
namespace {

std::string encode(unsigned code_point) { // also what no UTF-8 may hold
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (code_point >> shift & 0x3f)); };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xc0 | code_point >> 6), tail(0)};
  if (code_point < 0x10000) return {static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6), tail(0)};
}

bool validates(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

TEST(Utf8, holds_every_code_point_but_the_surrogates) {
  for (unsigned code_point = 0; code_point < 0x110000 + 0x1000; ++code_point) {
    const std::string text = encode(code_point);
    const bool valid = code_point < 0x110000 && (code_point < 0xd800 || code_point > 0xdfff);
    ASSERT_EQ(is_utf8(text), valid) << std::hex << code_point;
    ASSERT_EQ(validates(text), valid) << std::hex << code_point;
    if (valid) {
      ASSERT_EQ(count_code_points(text), 1u);
    }
  }
}

TEST(Utf8, has_no_overlong_forms) {
  for (const std::string text : {"\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf",
                                 "\xf0\x8f\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(text));
    EXPECT_FALSE(validates(text));
  }
}

// A prefix is refused exactly when no continuation could make it valid: tried with every continuation there is.
TEST(Utf8Validator, refuses_a_prefix_exactly_when_nothing_could_save_it) {
  const auto can_be_saved = [](const std::string& prefix) {
    if (is_utf8(prefix)) return true;
    for (const std::string rest :
         {"\x80", "\xbf", "\x80\x80", "\xbf\xbf", "\xbf\x80", "\x80\xbf", "\x80\x80\x80", "\x90\x80\x80", "\xa0\x80"}) {
      if (is_utf8(prefix + rest)) return true;
    }
    return false;
  };
  for (int first = 0; first < 256; ++first) {
    const std::string one{static_cast<char>(first)};
    Utf8Validator after_one;
    ASSERT_EQ(after_one.feed(one), can_be_saved(one)) << first;
    for (int second = 0; second < 256; ++second) {
      const std::string two = one + static_cast<char>(second);
      Utf8Validator after_two = after_one;
      ASSERT_EQ(after_two.feed(two.substr(1)), can_be_saved(two)) << first << " " << second;
      for (int third : {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff}) {
        const std::string three = two + static_cast<char>(third);
        Utf8Validator after_three = after_two;
        ASSERT_EQ(after_three.feed(three.substr(2)), can_be_saved(three)) << first << " " << second << " " << third;
      }
    }
  }
}

TEST(Utf8Validator, begins_anew_after_reset) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed("\xff"));
  EXPECT_FALSE(validator.complete());
  validator.reset();
  EXPECT_TRUE(validator.feed("\xc3"));
  EXPECT_FALSE(validator.complete());
  EXPECT_TRUE(validator.feed("\xa9"));
  EXPECT_TRUE(validator.complete());
}

TEST(Utf8, counts_code_points_not_bytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("aé€\xf0\x9f\x98\x80"), 4u);
  EXPECT_EQ(count_code_points("e\xcc\x81"), 2u); // a combining accent is a code point of its own
}

} // namespace
} // namespace wire
