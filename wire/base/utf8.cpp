#include "wire/base/utf8.h"

#include <algorithm>

#include <simdjson.h>

namespace wire {
namespace {

// What may follow, by what has been read of the code point.
enum State : std::uint8_t { start, one_more, two_more, three_more, after_e0, after_ed, after_f0, after_f4, invalid };

State next(State state, unsigned char byte) {
  const auto between = [&](unsigned char low, unsigned char high, State then) {
    return byte >= low && byte <= high ? then : invalid;
  };
  switch (state) {
    case start:
      if (byte < 0x80) return start;
      if (byte < 0xc2) return invalid;
      if (byte < 0xe0) return one_more;
      if (byte == 0xe0) return after_e0;
      if (byte == 0xed) return after_ed;
      if (byte < 0xf0) return two_more;
      if (byte == 0xf0) return after_f0;
      if (byte < 0xf4) return three_more;
      return byte == 0xf4 ? after_f4 : invalid;
    case one_more:
      return between(0x80, 0xbf, start);
    case two_more:
      return between(0x80, 0xbf, one_more);
    case three_more:
      return between(0x80, 0xbf, two_more);
    case after_e0:
      return between(0xa0, 0xbf, one_more);
    case after_ed:
      return between(0x80, 0x9f, one_more); // no surrogates
    case after_f0:
      return between(0x90, 0xbf, two_more);
    case after_f4:
      return between(0x80, 0x8f, two_more);
    case invalid:
      return invalid;
  }
  return invalid;
}

} // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool Utf8Validator::feed(std::string_view piece) {
  auto state = static_cast<State>(state_);
  for (char c : piece) {
    state = next(state, static_cast<unsigned char>(c));
    if (state == invalid) break;
  }
  state_ = state;
  return state != invalid;
}

} // namespace wire
