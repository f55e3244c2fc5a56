#include "mentara/ops/log_line.h"

#include <algorithm>

#include "wire/base/json.h"
#include "wire/base/log_scope.h"
#include "wire/base/utf8.h"

namespace mentara::ops {
namespace {

constexpr std::size_t value_bytes_max = 256;
constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

std::size_t code_point_bytes(unsigned char first) { return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4; }

// DEL, C1 controls (U+009B starts an escape sequence), line separators and what turns the direction of text. JSON's own
// escapes take care of C0.
bool is_unsafe(std::string_view point) {
  return point == "\x7f" || (point.size() == 2 && point[0] == '\xc2' && static_cast<unsigned char>(point[1]) < 0xa0) ||
         (point >= "\xe2\x80\xa8" && point <= "\xe2\x80\xae") || (point >= "\xe2\x81\xa6" && point <= "\xe2\x81\xa9");
}

std::string cleaned(std::string_view text) {
  std::string out;
  if (!wire::is_utf8(text)) {
    for (char c : text.substr(0, value_bytes_max)) {
      static_cast<unsigned char>(c) < 0x80 && c != '\x7f' ? out += c : out += replacement;
    }
    if (text.size() > value_bytes_max) out += "...";
    return out;
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view point = text.substr(at, code_point_bytes(static_cast<unsigned char>(text[at])));
    at += point.size();
    if (at > value_bytes_max) return out + "...";
    out += is_unsafe(point) ? replacement : point;
  }
  return out;
}

// What needs no quotes to be read as one value.
bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && c != '=' && c != '"' && c != '\\';
  });
}

template <class T>
constexpr bool is_text = std::is_same_v<T, std::string_view>;

} // namespace

std::string to_text_line(std::string_view message, std::initializer_list<wire::LogField> fields) {
  std::string line = wire::to_json(cleaned(message));
  line = line.substr(1, line.size() - 2); // its escapes, without the quotes: a message is a constant text
  for (const wire::LogField& field : fields) {
    line.append(" ").append(field.key).append("=");
    std::visit(
        [&]<class T>(const T& value) {
          if constexpr (is_text<T>) {
            const std::string text = cleaned(value);
            is_plain(text) ? void(line += text) : wire::append_json(line, text);
          } else {
            wire::append_json(line, value);
          }
        },
        field.value);
  }
  if (wire::LogScope::connection() != 0) {
    line.append(" connection=").append(wire::LogScope::name_of(wire::LogScope::connection()));
  }
  return line;
}

std::string to_json_members(std::string_view message, std::initializer_list<wire::LogField> fields) {
  std::string object;
  wire::JsonObjectWriter json(object);
  json.member("message", cleaned(message));
  for (const wire::LogField& field : fields) {
    json.key(field.key);
    std::visit(
        [&]<class T>(const T& value) {
          if constexpr (is_text<T>) {
            wire::append_json(object, cleaned(value));
          } else {
            wire::append_json(object, value);
          }
        },
        field.value);
  }
  if (wire::LogScope::connection() != 0) {
    json.member("connection", wire::LogScope::name_of(wire::LogScope::connection()));
  }
  json.end();
  return object.substr(1);
}

} // namespace mentara::ops
