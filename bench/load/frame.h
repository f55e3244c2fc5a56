#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/result.h"

// WebSocket frames (RFC 6455 §5) as a client meets them: masked on the way out, plain and whole on the way in.
namespace load {

using wire::Result;

enum class Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct Frame {
  Opcode opcode;
  std::string_view payload; // points into the received bytes: use it before the next read
  std::size_t bytes;        // of the header and the payload
  bool compressed = false;  // permessage-deflate
};

enum class FrameError {
  incomplete, // more bytes will tell
  reserved_bits,
  unknown_opcode,
  fragmented, // no server that we measure fragments its messages
  masked,
  too_long,
};
std::string_view to_string(FrameError error);

inline constexpr std::size_t frame_payload_bytes_max = 16'000'000;

// The first frame of `bytes`.
Result<Frame, FrameError> parse_frame(std::string_view bytes);

// The masking key is zero, so that the payload stays as it is and a frame can be built once and sent many times. To
// the server it is a key like any other.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool compressed = false);

} // namespace load
