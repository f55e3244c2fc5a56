#include "wire/sio/packet_codec.h"

#include <algorithm>

#include "wire/base/json.h"

namespace wire::sio {
namespace {

constexpr std::uint64_t id_max = (1ull << 53) - 1; // beyond it JavaScript cannot tell two ids apart

bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

const char* describe(Error error) {
  switch (error) {
    case Error::empty_packet:
      return "an empty packet";
    case Error::invalid_msgpack:
      return "a message that is no MessagePack packet";
    case Error::unknown_type:
      return "an unknown packet type";
    case Error::illegal_attachments:
      return "an illegal number of attachments";
    case Error::id_too_large:
      return "an ack id out of range";
    case Error::invalid_json:
      return "invalid JSON";
    case Error::json_limit:
      return "JSON beyond a limit";
    case Error::invalid_payload:
      return "a payload that its packet type does not allow";
    case Error::reserved_event_name:
      return "a reserved event name";
    case Error::text_while_binary_expected:
      return "a text packet between binary attachments";
    case Error::unexpected_binary:
      return "a binary packet that nothing announced";
    case Error::illegal_placeholder:
      return "a placeholder without its attachment";
    case Error::too_many_bytes:
      return "attachments beyond the message limit";
  }
  return "an error";
}

Result<Packet, Error> parse_packet(std::string_view text, std::size_t attachments_max) {
  if (text.empty()) return Error::empty_packet;
  if (text[0] < '0' || text[0] > '6') return Error::unknown_type;
  Packet packet;
  packet.type = static_cast<PacketType>(text[0]);
  std::size_t at = 1;

  if (packet.type == PacketType::binary_event || packet.type == PacketType::binary_ack) {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at]) && at - begin < 4) {
      packet.attachments = packet.attachments * 10 + static_cast<std::size_t>(text[at++] - '0');
    }
    const bool counted = at > begin && at < text.size() && text[at] == '-';
    if (!counted || packet.attachments == 0 || packet.attachments > attachments_max) return Error::illegal_attachments;
    ++at;
  }
  if (at < text.size() && text[at] == '/') {
    const std::size_t end = std::min(text.find(',', at), text.size());
    packet.nsp = text.substr(at, end - at);
    at = std::min(end + 1, text.size());
  }
  if (at < text.size() && is_digit(text[at])) {
    std::uint64_t id = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      id = id * 10 + static_cast<std::uint64_t>(text[at] - '0');
      if (id > id_max) return Error::id_too_large;
    }
    packet.id = id;
  }
  packet.json = text.substr(at);
  return packet;
}

void append_packet_header(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                          std::size_t attachments) {
  out += static_cast<char>(type);
  if (attachments > 0) {
    append_json_integer(out, static_cast<std::uint64_t>(attachments));
    out += '-';
  }
  if (nsp != "/") {
    out += nsp;
    out += ',';
  }
  if (id) append_json_integer(out, *id);
}

bool is_reserved_event(std::string_view name) {
  constexpr std::string_view reserved[] = {"connect",       "connect_error", "disconnect",
                                           "disconnecting", "newListener",   "removeListener"};
  return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved);
}

} // namespace wire::sio
