#include "mentara/domain/cursor.h"

#include <charconv>

namespace mentara {

std::string to_text(const Cursor& cursor) { return cursor.epoch + '.' + std::to_string(cursor.position); }

std::optional<Cursor> cursor_from_text(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == 0 || dot == text.npos) return std::nullopt;
  const std::string_view digits = text.substr(dot + 1);
  std::int64_t position = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.front() == '-') return std::nullopt;
  return Cursor{std::string(text.substr(0, dot)), position};
}

} // namespace mentara
