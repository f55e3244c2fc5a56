#pragma once

#include <cstddef>
#include <cstdint>

// The words of RFC 6455.
namespace wire::ws {

// §5.2
enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa };

constexpr bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }

inline constexpr std::size_t frame_header_bytes_max = 14; // two, a 64-bit length, a masking key

struct FrameHeader {
  Opcode opcode;
  bool fin;
  bool rsv1;                 // RFC 7692 §6: the message is compressed
  std::uint8_t header_bytes; // how long the header itself was
  std::uint32_t masking_key; // its four bytes as they lay in memory; 0 when the frame is not masked
  std::uint64_t payload_bytes;
};

// §5.1: a client masks every frame, a server none.
enum class Sender { client, server };

// §7.4.1. Applications use 3000 to 4999 besides.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005, // never sent: a close frame without a code
  abnormal = 1006,  // never sent: the connection was lost without a close frame
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  mandatory_extension = 1010,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
  bad_gateway = 1014,
};

// What a peer can do wrong. close_code() says what it is told, describe() what the log is told.
enum class Error : std::uint8_t {
  incomplete, // of a header that goes on: not wrong, more bytes are needed
  reserved_bits,
  reserved_opcode,
  unmasked_frame,
  masked_frame,
  fragmented_control_frame,
  control_frame_too_long,
  length_not_minimal,
  length_out_of_range,
  unexpected_continuation,
  expected_continuation,
  invalid_close_frame,
  invalid_utf8,
  invalid_compressed_data,
  message_too_big,
  message_timeout,
  too_many_control_frames,
};

} // namespace wire::ws
