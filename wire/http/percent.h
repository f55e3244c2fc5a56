#pragma once

#include <string>
#include <string_view>

namespace wire::http {

// The value of "41" in "%41"; negative when `text` does not begin with two hexadecimal digits.
inline int percent_value(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  if (text.size() < 2 || digit(text[0]) < 0 || digit(text[1]) < 0) return -1;
  return digit(text[0]) * 16 + digit(text[1]);
}

// "%41" becomes "A", once; a wrong escape stands for itself (WHATWG URL §1.3).
inline std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = text[i] == '%' ? percent_value(text.substr(i + 1)) : -1;
    decoded += value < 0 ? text[i] : static_cast<char>(value);
    if (value >= 0) i += 2;
  }
  return decoded;
}

} // namespace wire::http
