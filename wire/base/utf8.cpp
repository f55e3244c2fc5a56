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

// The bytes at the end from the last one that can begin a code point; its rest may be yet to come.
std::size_t last_code_point_bytes(std::string_view text) {
  for (std::size_t n = 1; n <= std::min<std::size_t>(3, text.size()); ++n) {
    const auto byte = static_cast<unsigned char>(text[text.size() - n]);
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return n;
  }
  return 0;
}

} // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// What was begun and what goes on is read byte by byte, all between as fast as is_utf8 does.
bool Utf8Validator::feed(std::string_view piece) {
  auto state = static_cast<State>(state_);
  const auto read = [&](std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size() && state != invalid; ++i) {
      state = next(state, static_cast<unsigned char>(bytes[i]));
    }
  };
  std::size_t begun = 0;
  for (; begun < piece.size() && state != start && state != invalid; ++begun) read(piece.substr(begun, 1));
  if (state == start) {
    piece.remove_prefix(begun);
    const auto between = piece.substr(0, piece.size() - last_code_point_bytes(piece));
    if (!is_utf8(between)) state = invalid;
    read(piece.substr(between.size()));
  }
  state_ = state;
  return state != invalid;
}

} // namespace wire
