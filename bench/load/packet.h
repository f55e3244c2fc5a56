#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/result.h"

// What stands in a text frame: an Engine.IO v4 packet, which mostly carries a Socket.IO v5 packet.
namespace load {

using wire::Result;

enum class PacketType {
  // Engine.IO
  open,
  close,
  ping,
  noop,
  // Socket.IO, inside an Engine.IO message
  connect,
  disconnect,
  event,
  ack,
  connect_error,
};

struct Packet {
  PacketType type;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> ack_id;
  std::string_view data; // JSON, not looked at; points into the received bytes
};

enum class PacketError { empty, unknown_type, missing_ack_id };
std::string_view to_string(PacketError error);

Result<Packet, PacketError> parse_packet(std::string_view text);

std::string connect_packet(std::string_view nsp, std::string_view auth); // auth: a JSON object, or empty for none
std::string disconnect_packet(std::string_view nsp);
std::string event_packet(std::string_view nsp, std::optional<std::uint64_t> ack_id, std::string_view event,
                         std::string_view argument); // argument: JSON, or empty for none
std::string binary_event_packet(std::string_view nsp, std::uint64_t ack_id, std::string_view event,
                                std::string_view argument); // with one attachment

} // namespace load
