#include "mentara/storage/search_terms.h"

#include <gtest/gtest.h>

namespace mentara::storage {
namespace {

TEST(IndexTerms, leaves_words_between_spaces_as_they_are) {
  EXPECT_EQ(index_terms("Hello, мир!"), "Hello, мир!");
  EXPECT_EQ(index_terms(""), "");
}

TEST(IndexTerms, makes_each_character_a_word_where_a_script_knows_no_spaces) {
  EXPECT_EQ(index_terms("東京へ"), " 東  京  へ ");
  EXPECT_EQ(index_terms("go😀!"), "go 😀 !");
}

TEST(IndexTerms, forgets_how_an_emoji_looks) {
  EXPECT_EQ(index_terms("👍🏽"), " 👍 ");
  EXPECT_EQ(index_terms("❤️"), " ❤ ");
}

TEST(IndexTerms, has_no_end_in_the_middle) { EXPECT_EQ(index_terms(std::string("a\0b", 3)), "a b"); }

TEST(MatchExpression, wants_every_word) {
  EXPECT_EQ(match_expression("  one\ttwo "), R"(terms:"one" AND terms:"two")");
  EXPECT_EQ(match_expression("東京"), R"(terms:" 東  京 ")");
}

TEST(MatchExpression, takes_nothing_for_syntax) {
  EXPECT_EQ(match_expression(R"(a" OR "b)"), R"(terms:"a " AND terms:"OR" AND terms:" b")");
  EXPECT_EQ(match_expression("scope:c1*"), R"(terms:"scope:c1*")");
}

TEST(MatchExpression, is_nothing_without_words) {
  for (const char* text : {"", " ", "\"", "*", "-- ;", "…", "()"}) EXPECT_EQ(match_expression(text), "") << text;
}

} // namespace
} // namespace mentara::storage
