#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// How texts stand in the index of the search. SQLite's unicode61 takes what lies between spaces and punctuation for a
// word, which is right for scripts with spaces; elsewhere (Chinese, Japanese, Thai, emoji …) every character becomes a
// word here, and a search for several is a search for a phrase. Measured with 200,000 messages of three scripts: 35–47
// µs and 0.13 KB a row; FTS5's trigram took 120 µs and 0.32 KB, and would not find words of two characters, as most
// Japanese ones are.
namespace mentara::storage {

std::string index_terms(std::string_view content);

// One word for each conversation, so that the index finds words and conversation together.
std::string scope_word(std::int64_t conversation_key);

// The FTS5 query for all of the words, as phrases; nothing of `words` is syntax. Empty: there is no word in it.
std::string match_expression(std::string_view words);
std::string match_expression(std::int64_t conversation_key, std::string_view words);

// The same for PostgreSQL, which is given words, not texts, since what it takes for a word depends on its locale: a
// tsvector with the place of each, and a tsquery. They are spelt as they stand; the database folds case and diacritics.
std::string vector_scope(std::int64_t conversation_key);
std::string vector_terms(std::string_view content);
std::string vector_query(std::int64_t conversation_key, std::string_view words);

} // namespace mentara::storage
