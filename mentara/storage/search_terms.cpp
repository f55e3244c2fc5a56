#include "mentara/storage/search_terms.h"

#include <cstdint>

namespace mentara::storage {
namespace {

// Calls f(code point, its bytes) for each of valid UTF-8.
template <class F>
void for_each_code_point(std::string_view text, F&& f) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t code_point = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      code_point = code_point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
    }
    f(code_point, text.substr(i, length));
    i += length;
  }
}

bool lies_in(std::uint32_t code_point, std::uint32_t first, std::uint32_t last) {
  return first <= code_point && code_point <= last;
}

// Of scripts without spaces, and symbols.
bool is_word_of_its_own(std::uint32_t c) {
  return lies_in(c, 0x0e00, 0x0eff) || // Thai, Lao
         lies_in(c, 0x1000, 0x109f) || // Myanmar
         lies_in(c, 0x1780, 0x17ff) || // Khmer
         lies_in(c, 0x2190, 0x2bff) || // arrows, symbols, dingbats
         lies_in(c, 0x2e80, 0xa4cf) || // CJK, kana, Yi
         lies_in(c, 0xac00, 0xd7ff) || // Hangul
         lies_in(c, 0xf900, 0xfaff) || // CJK compatibility
         c >= 0x1b000;                 // further kana, emoji, further CJK
}

// Says how an emoji looks, not which one it is.
bool is_presentation(std::uint32_t c) {
  return lies_in(c, 0xfe00, 0xfe0f) || c == 0x200d || lies_in(c, 0x1f3fb, 0x1f3ff);
}

bool is_space(std::uint32_t c) { return c <= 0x20 || c == 0x7f || c == 0xa0 || c == 0x3000; }

// What unicode61 finds something in: everything but punctuation.
bool is_of_words(std::uint32_t c) {
  if (c < 0x80) return lies_in(c, '0', '9') || lies_in(c, 'A', 'Z') || lies_in(c, 'a', 'z');
  return !lies_in(c, 0x80, 0xbf) && !lies_in(c, 0x2000, 0x206f) && !lies_in(c, 0x3000, 0x303f) &&
         !lies_in(c, 0xff00, 0xff0f);
}

} // namespace

std::string index_terms(std::string_view content) {
  std::string terms;
  terms.reserve(content.size() + content.size() / 2);
  for_each_code_point(content, [&](std::uint32_t c, std::string_view bytes) {
    if (is_presentation(c)) return;
    if (c == 0) { // ends a text for SQLite's tokenizer
      terms += ' ';
    } else if (is_word_of_its_own(c)) {
      terms.append(" ").append(bytes).append(" ");
    } else {
      terms += bytes;
    }
  });
  return terms;
}

std::string match_expression(std::string_view words) {
  std::string expression, word;
  bool has_words = false;
  const auto finish = [&] {
    if (has_words) {
      if (!expression.empty()) expression += " AND ";
      expression.append("terms:\"").append(index_terms(word)).append("\"");
    }
    word.clear();
    has_words = false;
  };
  for_each_code_point(words, [&](std::uint32_t c, std::string_view bytes) {
    if (is_space(c)) return finish();
    has_words = has_words || (is_of_words(c) && !is_presentation(c));
    word += c == '"' ? std::string_view(" ") : bytes; // a quote would end the phrase
  });
  finish();
  return expression;
}

std::string scope_word(std::int64_t conversation_key) { return "c" + std::to_string(conversation_key); }

std::string match_expression(std::int64_t conversation_key, std::string_view words) {
  const std::string expression = match_expression(words);
  return expression.empty() ? expression : "scope:" + scope_word(conversation_key) + " AND " + expression;
}

namespace {

constexpr std::size_t vector_word_bytes_max = 400; // PostgreSQL takes 2046 bytes, and folding may double what is there
constexpr int vector_place_max = 16'383;           // beyond it all places are the same to PostgreSQL

// Neither a letter nor a digit nor a symbol: between words.
bool is_separator(std::uint32_t c) {
  if (lies_in(c, 0xff10, 0xff19) || lies_in(c, 0xff21, 0xff3a) || lies_in(c, 0xff41, 0xff5a) || c >= 0xff66)
    return false;
  return !is_of_words(c) || lies_in(c, 0xff00, 0xff65) || lies_in(c, 0x0589, 0x058a) || lies_in(c, 0x060c, 0x061f) ||
         lies_in(c, 0x0964, 0x0965);
}

bool is_accent(std::uint32_t c) { return lies_in(c, 0x0300, 0x036f); }

// Calls f(word) for each; what is quoted in a tsvector or tsquery is none of their syntax, but for quote and backslash,
// which are separators.
template <class F>
void for_each_word(std::string_view text, F&& f) {
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) f(word);
    word.clear();
  };
  for_each_code_point(text, [&](std::uint32_t c, std::string_view bytes) {
    if (is_presentation(c) || is_accent(c)) return;
    if (is_separator(c)) return finish();
    if (is_word_of_its_own(c)) finish();
    if (word.size() < vector_word_bytes_max) word += bytes;
    if (is_word_of_its_own(c)) finish();
  });
  finish();
}

// Calls f(what stands between spaces) for each.
template <class F>
void for_each_run(std::string_view text, F&& f) {
  std::string run;
  const auto finish = [&] {
    if (!run.empty()) f(run);
    run.clear();
  };
  for_each_code_point(text,
                      [&](std::uint32_t c, std::string_view bytes) { is_space(c) ? finish() : void(run += bytes); });
  finish();
}

} // namespace

std::string vector_scope(std::int64_t conversation_key) { return "'#" + std::to_string(conversation_key) + "'"; }

std::string vector_terms(std::string_view content) {
  std::string terms;
  int place = 0;
  for_each_word(content, [&](std::string_view word) {
    if (place < vector_place_max) ++place;
    terms.append(" '").append(word).append("':").append(std::to_string(place));
  });
  return terms;
}

std::string vector_query(std::int64_t conversation_key, std::string_view words) {
  std::string phrases;
  for_each_run(words, [&](std::string_view between_spaces) {
    std::string phrase;
    for_each_word(between_spaces, [&](std::string_view word) {
      if (!phrase.empty()) phrase += " <-> ";
      phrase.append("'").append(word).append("'");
    });
    if (!phrase.empty()) phrases.append(" & (").append(phrase).append(")");
  });
  return phrases.empty() ? phrases : vector_scope(conversation_key) + phrases;
}

} // namespace mentara::storage
