// The writing of json.h.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "wire/base/json.h"

namespace wire {

namespace {

constexpr std::uint64_t in_each_byte(unsigned char byte) { return 0x0101010101010101u * byte; }

// The top bit of each byte that is below `limit` (at most 128). Only the lowest of them can be relied on: a borrow goes
// upwards.
constexpr std::uint64_t bytes_below(std::uint64_t word, unsigned char limit) {
  return (word - in_each_byte(limit)) & ~word & in_each_byte(0x80);
}
constexpr std::uint64_t bytes_equal(std::uint64_t word, char byte) {
  return bytes_below(word ^ in_each_byte(static_cast<unsigned char>(byte)), 1);
}

// Where the run of characters ends, from `at` on, that a JSON string holds as they are. Eight at a time.
std::size_t plain_end(std::string_view text, std::size_t at) {
  static_assert(std::endian::native == std::endian::little, "the first character is in the lowest byte");
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t found = bytes_equal(word, '"') | bytes_equal(word, '\\') | bytes_below(word, 0x20);
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  for (; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '"' || c == '\\' || c < 0x20) break;
  }
  return at;
}

} // namespace

void append_json(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (std::size_t begin = 0;;) {
    const std::size_t end = plain_end(text, begin);
    out.append(text, begin, end - begin);
    if (end == text.size()) break;
    begin = end + 1;
    const auto c = static_cast<unsigned char>(text[end]);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += hex[c >> 4];
        out += hex[c & 15];
    }
  }
  out += '"';
}

namespace {
template <class T>
void append_integer(std::string& out, T value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

// ECMA-262 Number::toString. The digits are those of std::to_chars: the fewest that read back as the same number.
void append_as_javascript(std::string& out, double value) {
  char text[32]; // -d.ddde+xx
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* first = text;
  if (*first == '-') out += *first++;
  const char* e = std::find(first, static_cast<const char*>(end), 'e');

  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  std::string digits(first, 1); // short enough for no allocation, mostly
  if (e - first > 2) digits.append(first + 2, e);
  const auto count = static_cast<int>(digits.size());

  if (exponent >= 21 || exponent < -6) {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+");
    append_integer(out, std::abs(exponent));
  } else if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  } else if (exponent >= count - 1) {
    out.append(digits).append(static_cast<std::size_t>(exponent - count + 1), '0');
  } else {
    const auto point = static_cast<std::size_t>(exponent + 1);
    out.append(digits, 0, point).append(1, '.').append(digits, point);
  }
}
} // namespace

void append_json_integer(std::string& out, std::int64_t value) { append_integer(out, value); }
void append_json_integer(std::string& out, std::uint64_t value) { append_integer(out, value); }

void append_json(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
  } else if (value == 0) {
    out += '0'; // also -0
  } else {
    append_as_javascript(out, value);
  }
}

} // namespace wire
