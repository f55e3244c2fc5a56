#include "wire/http/query.h"

#include <algorithm>

#include "wire/base/utf8.h"
#include "wire/http/percent.h"

namespace wire::http {
namespace {

// "UTF-8 decode without BOM" of the Encoding standard: each longest start of a character that goes wrong is one U+FFFD.
std::string replace_invalid_utf8(std::string_view bytes) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string text;
  Utf8Validator validator;
  std::size_t begin = 0; // of the current character
  const auto replace = [&](std::size_t next) {
    text += replacement;
    validator.reset();
    begin = next;
  };
  for (std::size_t i = 0; i < bytes.size();) {
    if (!validator.feed(bytes.substr(i, 1))) {
      i += i == begin ? 1 : 0; // a byte that breaks a character off may begin the next
      replace(i);
      continue;
    }
    ++i;
    if (!validator.complete()) continue;
    text += bytes.substr(begin, i - begin);
    begin = i;
  }
  if (begin < bytes.size()) replace(bytes.size());
  return text;
}

std::string decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  std::string decoded = percent_decode(spaced);
  return is_utf8(decoded) ? decoded : replace_invalid_utf8(decoded);
}

} // namespace

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    pairs_.emplace_back(decode(pair.substr(0, equals)), decode(pair.substr(std::min(equals + 1, pair.size()))));
  }
}

std::optional<std::string> Query::find(std::string_view key) const {
  for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
    if (pair->first == key) return pair->second;
  }
  return std::nullopt;
}

std::size_t Query::count(std::string_view key) const {
  return static_cast<std::size_t>(
      std::count_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == key; }));
}

} // namespace wire::http
