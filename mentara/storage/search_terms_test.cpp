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

TEST(VectorTerms, are_words_with_their_places_and_no_syntax) {
  EXPECT_EQ(vector_terms("It's a \\ 'test' & more"), " 'It':1 's':2 'a':3 'test':4 'more':5");
  EXPECT_EQ(vector_terms("東京x"), " '東':1 '京':2 'x':3");
  EXPECT_EQ(vector_terms("!? \xCC\x81"), "") << "an accent alone is no word";
  EXPECT_EQ(vector_terms(std::string("a\0b", 3)), " 'a':1 'b':2");
}

TEST(VectorQuery, asks_for_every_word_in_the_conversation_and_for_phrases_where_they_stand_together) {
  EXPECT_EQ(vector_query(7, "e-mail 東京"), "'#7' & ('e' <-> 'mail') & ('東' <-> '京')");
  EXPECT_EQ(vector_query(7, "' & | ! \\"), "");
}

TEST(VectorTerms, hold_words_of_a_length_that_the_index_takes) {
  EXPECT_LT(vector_terms(std::string(16'384, 'x')).size(), 500u);
}

} // namespace
} // namespace mentara::storage
