#include "wire/ws/frame_codec.h"

#include <bit>
#include <cstring>

#include "wire/base/limits.h"

namespace wire::ws {
namespace {

constexpr unsigned fin_bit = 0x80, rsv1_bit = 0x40, rsv2_and_rsv3 = 0x30, mask_bit = 0x80;
constexpr std::size_t length_in_16_bits = 126, length_in_64_bits = 127;

std::uint64_t read_big_endian(const char* from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(from[i]);
  return value;
}

char* write_big_endian(char* to, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0; value >>= 8) to[i] = static_cast<char>(value & 0xff);
  return to + bytes;
}

bool is_known(unsigned opcode) { return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xa); }

// The key for a payload that starts `offset` bytes further on.
std::uint32_t rotate(std::uint32_t masking_key, std::uint64_t offset) {
  const int bits = static_cast<int>(offset % 4) * 8;
  return std::endian::native == std::endian::little ? std::rotr(masking_key, bits) : std::rotl(masking_key, bits);
}

char* write_header(char* at, Opcode opcode, std::size_t payload_bytes, bool fin, bool rsv1, unsigned mask) {
  *at++ = static_cast<char>((fin ? fin_bit : 0) | (rsv1 ? rsv1_bit : 0) | static_cast<unsigned>(opcode));
  if (payload_bytes < length_in_16_bits) {
    *at++ = static_cast<char>(mask | payload_bytes);
    return at;
  }
  if (payload_bytes <= 0xffff) {
    *at++ = static_cast<char>(mask | length_in_16_bits);
    return write_big_endian(at, payload_bytes, 2);
  }
  *at++ = static_cast<char>(mask | length_in_64_bits);
  return write_big_endian(at, payload_bytes, 8);
}

} // namespace

Result<FrameHeader, Error> parse_frame_header(std::string_view bytes, Sender sender) {
  if (bytes.empty()) return Error::incomplete;
  const unsigned first = static_cast<unsigned char>(bytes[0]);
  if (first & rsv2_and_rsv3) return Error::reserved_bits;
  if (!is_known(first & 0x0f)) return Error::reserved_opcode;

  FrameHeader header{};
  header.opcode = static_cast<Opcode>(first & 0x0f);
  header.fin = (first & fin_bit) != 0;
  header.rsv1 = (first & rsv1_bit) != 0;
  const bool control = is_control(header.opcode);
  if (control && header.rsv1) return Error::reserved_bits;
  if (control && !header.fin) return Error::fragmented_control_frame;

  if (bytes.size() < 2) return Error::incomplete;
  const unsigned second = static_cast<unsigned char>(bytes[1]);
  const bool masked = (second & mask_bit) != 0;
  if (masked != (sender == Sender::client)) return masked ? Error::masked_frame : Error::unmasked_frame;

  const unsigned length = second & 0x7f;
  std::size_t at = 2;
  header.payload_bytes = length;
  if (length >= length_in_16_bits) {
    if (control) return Error::control_frame_too_long;
    const std::size_t length_bytes = length == length_in_16_bits ? 2 : 8;
    if (bytes.size() < at + length_bytes) return Error::incomplete;
    header.payload_bytes = read_big_endian(bytes.data() + at, length_bytes);
    at += length_bytes;
    if (header.payload_bytes >> 63) return Error::length_out_of_range;
    const std::uint64_t shorter_form_max = length_bytes == 2 ? length_in_16_bits - 1 : 0xffff;
    if (header.payload_bytes <= shorter_form_max) return Error::length_not_minimal;
  }
  if (masked) {
    if (bytes.size() < at + 4) return Error::incomplete;
    std::memcpy(&header.masking_key, bytes.data() + at, 4);
    at += 4;
  }
  header.header_bytes = static_cast<std::uint8_t>(at);
  return header;
}

void unmask(std::span<char> bytes, std::uint32_t masking_key, std::uint64_t offset) {
  const std::uint32_t key = rotate(masking_key, offset);
  const std::uint64_t wide_key = std::uint64_t{key} << 32 | key;
  char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 32; at += 32, left -= 32) {
    std::uint64_t block[4];
    std::memcpy(block, at, sizeof block);
    for (std::uint64_t& word : block) word ^= wide_key;
    std::memcpy(at, block, sizeof block);
  }
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= wide_key;
    std::memcpy(at, &word, sizeof word);
  }
  char key_bytes[8];
  std::memcpy(key_bytes, &wide_key, sizeof key_bytes);
  for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ key_bytes[i]);
}

void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_bytes, bool fin, bool rsv1) {
  char header[frame_header_bytes_max];
  out.append(header, write_header(header, opcode, payload_bytes, fin, rsv1, 0));
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t masking_key, bool fin,
                         bool rsv1) {
  char header[frame_header_bytes_max];
  char* end = write_header(header, opcode, payload.size(), fin, rsv1, mask_bit);
  std::memcpy(end, &masking_key, 4);
  out.append(header, end + 4);
  const std::size_t start = out.size();
  out.append(payload);
  unmask(std::span(out).subspan(start), masking_key);
}

bool is_valid_close_code(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

CloseCode close_code(Error error) {
  switch (error) {
    case Error::invalid_utf8:
    case Error::invalid_compressed_data:
      return CloseCode::invalid_payload;
    case Error::message_too_big:
      return CloseCode::message_too_big;
    case Error::message_timeout:
    case Error::too_many_control_frames:
      return CloseCode::policy_violation;
    default:
      return CloseCode::protocol_error;
  }
}

const char* describe(Error error) {
  switch (error) {
    case Error::incomplete:
      return "incomplete header";
    case Error::reserved_bits:
      return "reserved bits set";
    case Error::reserved_opcode:
      return "reserved opcode";
    case Error::unmasked_frame:
      return "frame of a client not masked";
    case Error::masked_frame:
      return "frame of a server masked";
    case Error::fragmented_control_frame:
      return "fragmented control frame";
    case Error::control_frame_too_long:
      return "control frame too long";
    case Error::length_not_minimal:
      return "payload length not in its shortest form";
    case Error::length_out_of_range:
      return "payload length out of range";
    case Error::unexpected_continuation:
      return "continuation of nothing";
    case Error::expected_continuation:
      return "new message inside a fragmented one";
    case Error::invalid_close_frame:
      return "invalid close frame";
    case Error::invalid_utf8:
      return "invalid UTF-8";
    case Error::invalid_compressed_data:
      return "invalid compressed data";
    case Error::message_too_big:
      return "message too big";
    case Error::message_timeout:
      return "message not completed in time";
    case Error::too_many_control_frames:
      return "too many control frames";
  }
  return "unknown error";
}

} // namespace wire::ws
