#include "mentara/domain/notification_rule.h"

#include <algorithm>

namespace mentara {

bool is_field_path(std::string_view path) {
  bool begins = true; // a name
  for (const char c : path) {
    if (c == '.') {
      if (begins) return false;
      begins = true;
    } else if (c == '{' || c == '}' || static_cast<unsigned char>(c) <= ' ') {
      return false;
    } else {
      begins = false;
    }
  }
  return !begins;
}

bool is_template(std::string_view text) {
  for (;;) {
    const std::size_t open = text.find_first_of("{}");
    if (open == text.npos) return true;
    const std::size_t close = text.find('}', open);
    if (text[open] == '}' || close == text.npos || !is_field_path(text.substr(open + 1, close - open - 1)))
      return false;
    text.remove_prefix(close + 1);
  }
}

} // namespace mentara
