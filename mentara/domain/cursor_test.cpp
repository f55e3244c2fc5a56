#include "mentara/domain/cursor.h"

#include <gtest/gtest.h>

namespace mentara {
namespace {

TEST(Cursor, comes_back_from_its_text) {
  const Cursor cursor{"0a1b2c", 9'007'199'254'740'993};
  EXPECT_EQ(cursor_from_text(to_text(cursor)), cursor);
}

TEST(Cursor, is_not_read_from_a_text_that_is_none_of_ours) {
  for (const char* text : {"", ".", "a.", ".7", "a.-7", "a.7x", "a. 7", "a.7.8", "7", "a.99999999999999999999"}) {
    EXPECT_EQ(cursor_from_text(text), std::nullopt) << text;
  }
}

} // namespace
} // namespace mentara
