#include "bench/load/frame.h"

#include "wire/base/check.h"

namespace load {
namespace {

std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void append_big_endian(std::string& out, std::size_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

bool known(unsigned opcode) { return opcode == 1 || opcode == 2 || (opcode >= 8 && opcode <= 10); }

} // namespace

std::string_view to_string(FrameError error) {
  switch (error) {
    case FrameError::incomplete:
      return "incomplete frame";
    case FrameError::reserved_bits:
      return "frame with reserved bits";
    case FrameError::unknown_opcode:
      return "frame with an unknown opcode";
    case FrameError::fragmented:
      return "fragmented message";
    case FrameError::masked:
      return "masked frame from a server";
    case FrameError::too_long:
      return "frame of more than 16 MB";
  }
  return "?";
}

Result<Frame, FrameError> parse_frame(std::string_view bytes) {
  if (bytes.size() < 2) return FrameError::incomplete;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  if (first & 0x30) return FrameError::reserved_bits;
  if (!(first & 0x80) || (first & 0x0f) == 0) return FrameError::fragmented;
  if (!known(first & 0x0f)) return FrameError::unknown_opcode;
  if (second & 0x80) return FrameError::masked;

  std::size_t header = 2;
  std::size_t length = second;
  if (second >= 126) {
    const std::size_t length_bytes = second == 126 ? 2 : 8;
    header += length_bytes;
    if (bytes.size() < header) return FrameError::incomplete;
    length = big_endian(bytes.substr(2, length_bytes));
  }
  if (length > frame_payload_bytes_max) return FrameError::too_long;
  if (bytes.size() - header < length) return FrameError::incomplete;
  return Frame{Opcode{static_cast<std::uint8_t>(first & 0x0f)}, bytes.substr(header, length), header + length,
               (first & 0x40) != 0};
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool compressed) {
  wire::check(payload.size() <= frame_payload_bytes_max, "the payload of a frame is too long");
  constexpr int masked = 0x80;
  out += static_cast<char>((compressed ? 0xc0 : 0x80) | static_cast<int>(opcode));
  if (payload.size() < 126) {
    out += static_cast<char>(masked | static_cast<int>(payload.size()));
  } else if (payload.size() <= 0xffff) {
    out += static_cast<char>(masked | 126);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(masked | 127);
    append_big_endian(out, payload.size(), 8);
  }
  out.append(4, '\0'); // the masking key
  out += payload;
}

} // namespace load
