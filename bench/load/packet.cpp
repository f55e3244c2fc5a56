#include "bench/load/packet.h"

#include <algorithm>
#include <charconv>

#include "wire/base/json.h"

namespace load {
namespace {

Result<Packet, PacketError> parse_message(std::string_view text) {
  if (text.empty()) return PacketError::empty;
  Packet packet{};
  bool may_have_attachments = false;
  switch (text[0]) {
    case '0':
      packet.type = PacketType::connect;
      break;
    case '1':
      packet.type = PacketType::disconnect;
      break;
    case '5': // an event with attachments counts as an event; the attachments are binary frames
      may_have_attachments = true;
      [[fallthrough]];
    case '2':
      packet.type = PacketType::event;
      break;
    case '6':
      may_have_attachments = true;
      [[fallthrough]];
    case '3':
      packet.type = PacketType::ack;
      break;
    case '4':
      packet.type = PacketType::connect_error;
      break;
    default:
      return PacketError::unknown_type;
  }
  text.remove_prefix(1);
  if (may_have_attachments) text.remove_prefix(std::min(text.find('-') + 1, text.size()));
  if (!text.empty() && text[0] == '/') {
    const std::size_t comma = std::min(text.find(','), text.size());
    packet.nsp = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc{}) {
    packet.ack_id = id;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (packet.type == PacketType::ack && !packet.ack_id) return PacketError::missing_ack_id;
  packet.data = text;
  return packet;
}

void append_namespace(std::string& out, std::string_view nsp) {
  if (nsp == "/") return;
  out += nsp;
  out += ',';
}

void append_event(std::string& out, std::string_view nsp, std::optional<std::uint64_t> ack_id, std::string_view event,
                  std::string_view argument) {
  append_namespace(out, nsp);
  if (ack_id) out += std::to_string(*ack_id);
  out += '[';
  wire::append_json(out, event);
  if (!argument.empty()) out += ',';
  out += argument;
  out += ']';
}

} // namespace

std::string_view to_string(PacketError error) {
  switch (error) {
    case PacketError::empty:
      return "empty packet";
    case PacketError::unknown_type:
      return "packet of an unknown type";
    case PacketError::missing_ack_id:
      return "ack without an id";
  }
  return "?";
}

Result<Packet, PacketError> parse_packet(std::string_view text) {
  if (text.empty()) return PacketError::empty;
  const std::string_view data = text.substr(1);
  switch (text[0]) {
    case '0':
      return Packet{.type = PacketType::open, .ack_id = {}, .data = data};
    case '1':
      return Packet{.type = PacketType::close, .ack_id = {}, .data = data};
    case '2':
      return Packet{.type = PacketType::ping, .ack_id = {}, .data = data};
    case '4':
      return parse_message(data);
    case '6':
      return Packet{.type = PacketType::noop, .ack_id = {}, .data = data};
    default:
      return PacketError::unknown_type;
  }
}

std::string connect_packet(std::string_view nsp, std::string_view auth) {
  std::string packet = "40";
  append_namespace(packet, nsp);
  packet += auth;
  return packet;
}

std::string disconnect_packet(std::string_view nsp) {
  std::string packet = "41";
  append_namespace(packet, nsp);
  return packet;
}

std::string event_packet(std::string_view nsp, std::optional<std::uint64_t> ack_id, std::string_view event,
                         std::string_view argument) {
  std::string packet = "42";
  append_event(packet, nsp, ack_id, event, argument);
  return packet;
}

std::string binary_event_packet(std::string_view nsp, std::uint64_t ack_id, std::string_view event,
                                std::string_view argument) {
  std::string packet = "451-";
  append_event(packet, nsp, ack_id, event, argument);
  return packet;
}

} // namespace load
