#include "wire/ws/header_reader.h"

#include <algorithm>

namespace wire::ws {
namespace {

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

bool HeaderReader::take(char c) {
  if (!next_is(c)) return false;
  rest_.remove_prefix(1);
  skip_spaces();
  return true;
}

std::string_view HeaderReader::token() {
  const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
  const auto found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
  rest_.remove_prefix(found.size());
  skip_spaces();
  return found;
}

void HeaderReader::skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

bool list_contains(std::string_view list, std::string_view token) {
  HeaderReader reader(list);
  do {
    const auto element = reader.token();
    const bool complete = reader.at_end() || reader.next_is(',');
    if (complete && equal_in_any_case(element, token)) return true;
  } while (reader.take(','));
  return false;
}

} // namespace wire::ws
