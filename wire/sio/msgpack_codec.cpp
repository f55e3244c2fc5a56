#include "wire/sio/msgpack_codec.h"

#include <utility>

#include "wire/sio/msgpack_value.h"

namespace wire::sio {
namespace {

constexpr std::uint64_t id_max = (1ull << 53) - 1; // beyond it JavaScript cannot tell two ids apart

} // namespace

Result<Packet, Error> parse_msgpack_packet(std::string_view bytes, std::string& json,
                                           std::vector<std::string>& attachments) {
  json.clear();
  attachments.clear();
  if (bytes.empty()) return Error::empty_packet;
  MsgpackReader reader(bytes, attachments);
  MsgpackHead map;
  if (!reader.head(map)) return reader.error();
  if (map.kind != MsgpackKind::map) return Error::invalid_msgpack;

  Packet packet;
  bool has_type = false, has_nsp = false, has_id = false, has_data = false;
  for (std::uint64_t i = 0; i < map.size; ++i) {
    std::string_view name;
    MsgpackHead head;
    if (!reader.key(name) || !reader.head(head)) return reader.error();
    if (name == "type") {
      if (std::exchange(has_type, true)) return Error::invalid_msgpack;
      if (head.kind != MsgpackKind::unsigned_integer || head.size > 4) return Error::unknown_type;
      packet.type = static_cast<PacketType>('0' + head.size);
    } else if (name == "nsp") {
      if (std::exchange(has_nsp, true) || head.kind != MsgpackKind::string) return Error::invalid_msgpack;
      if (!reader.text(packet.nsp, head.size)) return reader.error();
    } else if (name == "id") {
      if (std::exchange(has_id, true)) return Error::invalid_msgpack;
      if (head.kind == MsgpackKind::undefined) continue;
      if (head.kind != MsgpackKind::unsigned_integer) return Error::invalid_msgpack;
      if (head.size > id_max) return Error::id_too_large;
      packet.id = head.size;
    } else if (name == "data") {
      if (std::exchange(has_data, true)) return Error::invalid_msgpack;
      if (!reader.value(head, json, 0)) return reader.error();
    } else { // such as `options`, which the JavaScript client adds
      const std::size_t known = json.size(), bytes_known = attachments.size();
      if (!reader.value(head, json, 0)) return reader.error();
      json.resize(known);
      attachments.resize(bytes_known);
    }
  }
  if (!reader.at_end() || !has_nsp) return Error::invalid_msgpack;
  if (!has_type) return Error::unknown_type;
  const bool carries = packet.type == PacketType::event || packet.type == PacketType::ack;
  if (carries && json.empty()) return Error::invalid_payload; // here, unlike in text, the array is required
  if (!attachments.empty()) {
    if (!carries) return Error::invalid_payload;
    packet.type = packet.type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
    packet.attachments = attachments.size();
  }
  packet.json = json;
  return packet;
}

void append_msgpack_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                           std::string_view json, std::span<const std::string> attachments) {
  if (type == PacketType::binary_event) type = PacketType::event;
  if (type == PacketType::binary_ack) type = PacketType::ack;
  append_msgpack_map(out, 2u + (id ? 1u : 0u) + (json.empty() ? 0u : 1u));
  append_msgpack_text(out, "type");
  append_msgpack_unsigned(out, static_cast<std::uint64_t>(static_cast<char>(type) - '0'));
  append_msgpack_text(out, "nsp");
  append_msgpack_text(out, nsp);
  if (id) {
    append_msgpack_text(out, "id");
    append_msgpack_unsigned(out, *id);
  }
  if (json.empty()) return;
  append_msgpack_text(out, "data");
  append_msgpack_json(out, json, attachments);
}

} // namespace wire::sio
