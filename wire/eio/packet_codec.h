#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/eio/packet.h"

namespace wire::eio {

// A text packet: a digit and the data, or "b" and base64 (a binary message, decoded into `scratch`).
Result<Packet, Error> parse_packet(std::string_view text, std::string& scratch);

// A polling payload, packet by packet (0x1E between them). A single pass, however many there are (threats E1).
class PayloadReader {
 public:
  PayloadReader(std::string_view payload, std::size_t packets_max) : rest_(payload), packets_left_(packets_max) {}

  bool at_end() const { return ended_; }
  // The view is good until the next call.
  Result<Packet, Error> next();

 private:
  std::string_view rest_;
  std::size_t packets_left_;
  bool ended_ = false;
  std::string scratch_;
};

inline constexpr char separator = '\x1e';

// One more packet of a polling payload: text as it is, binary as "b" and base64.
void append_to_payload(std::string& payload, std::string_view packet, bool binary);

// A message for SharedPacket: `encode(out)` appends what follows the '4'.
SharedPacket share_text(std::string_view message);
SharedPacket share_binary(std::string_view bytes);

} // namespace wire::eio
