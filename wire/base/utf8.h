#pragma once

#include <cstdint>
#include <string_view>

namespace wire {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
// Of valid UTF-8.
std::size_t count_code_points(std::string_view text);

// Validates a text that arrives in pieces and says at once when no continuation could make it valid.
class Utf8Validator {
 public:
  bool feed(std::string_view piece); // false: invalid already
  bool complete() const { return state_ == 0; }
  void reset() { state_ = 0; }

 private:
  std::uint8_t state_ = 0; // 0 between code points
};

} // namespace wire
