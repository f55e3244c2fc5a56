#include "wire/sio/decoder.h"

#include <utility>

#include "wire/sio/msgpack_codec.h"
#include "wire/sio/packet_codec.h"

namespace wire::sio {

struct Decoder::Pending {
  std::string text;
  std::size_t expected;
  std::size_t bytes = 0; // of the attachments so far
  std::vector<std::string> attachments;
};

void Decoder::PendingDelete::operator()(Pending* pending) const { delete pending; }

namespace {

Error to_error(JsonError error) {
  switch (error) {
    case JsonError::too_deep:
    case JsonError::too_many:
    case JsonError::number_too_long:
      return Error::json_limit;
    case JsonError::syntax:
    case JsonError::duplicate_key:
      break;
  }
  return Error::invalid_json;
}

// CVE-2022-2421: `num` chooses what is put in, so it must be an index and nothing else.
bool has_illegal_placeholder(JsonView value, std::size_t attachments) {
  bool illegal = false;
  if (value.is_array()) {
    value.for_each_element(
        [&](JsonView element) { illegal = illegal || has_illegal_placeholder(element, attachments); });
  } else if (value.is_object()) {
    const auto placeholder = value.find("_placeholder");
    if (placeholder && placeholder->boolean() == true) {
      const auto number = value.find("num");
      const auto index = number ? number->integer() : std::nullopt;
      return !index || *index < 0 || static_cast<std::size_t>(*index) >= attachments;
    }
    value.for_each_member(
        [&](std::string_view, JsonView member) { illegal = illegal || has_illegal_placeholder(member, attachments); });
  }
  return illegal;
}

Result<std::optional<Decoded>, Error> decode(const Packet& packet, DecodeScratch& scratch) {
  Decoded decoded{packet.type, packet.nsp, packet.id, {}, packet.json, {}, {}};

  JsonView payload;
  if (!packet.json.empty()) {
    const auto parsed = scratch.json.parse(packet.json);
    if (!parsed) return to_error(parsed.error());
    payload = *parsed;
  }
  const bool present = !packet.json.empty();

  switch (packet.type) {
    case PacketType::connect:
      if (present && !payload.is_object()) return Error::invalid_payload;
      decoded.payload = payload;
      return std::optional(std::move(decoded));
    case PacketType::disconnect:
      if (present) return Error::invalid_payload;
      return std::optional(std::move(decoded));
    case PacketType::connect_error:
      return Error::invalid_payload; // clients do not send it
    case PacketType::binary_event:
    case PacketType::binary_ack:
      if (!present || has_illegal_placeholder(payload, scratch.attachments.size())) return Error::illegal_placeholder;
      [[fallthrough]];
    case PacketType::event:
    case PacketType::ack:
      break;
  }

  const bool event = packet.type == PacketType::event || packet.type == PacketType::binary_event;
  decoded.type = event ? PacketType::event : PacketType::ack;
  if (!present)
    return std::optional(std::move(decoded)); // an event without a name, an ack without arguments: both are legal
  if (!payload.is_array()) return Error::invalid_payload;
  decoded.args = Args(payload, packet.json, event ? 1 : 0, scratch.attachments);
  if (event) {
    const JsonView name = payload[0];
    if (const auto text = name.string()) {
      if (is_reserved_event(*text)) return Error::reserved_event_name;
      decoded.event = *text;
    } else if (payload.size() > 0 && name.type() == JsonType::number) {
      scratch.numeric_name = name.to_text();
      decoded.event = scratch.numeric_name;
    } else {
      return Error::invalid_payload;
    }
  }
  return std::optional(std::move(decoded));
}

} // namespace

Result<std::optional<Decoded>, Error> decode_msgpack(std::string_view bytes, DecodeScratch& scratch) {
  const auto packet = parse_msgpack_packet(bytes, scratch.text, scratch.attachments);
  if (!packet) return packet.error();
  return decode(*packet, scratch);
}

Result<std::optional<Decoded>, Error> Decoder::on_text(std::string_view text, DecodeScratch& scratch) {
  if (pending_) return Error::text_while_binary_expected;
  const auto packet = parse_packet(text, limits_.attachments_max);
  if (!packet) return packet.error();
  if (packet->attachments > 0) {
    pending_.reset(new Pending{std::string(text), packet->attachments, 0, {}});
    return std::optional<Decoded>();
  }
  scratch.attachments.clear();
  return decode(*packet, scratch);
}

Result<std::optional<Decoded>, Error> Decoder::on_binary(std::string_view bytes, DecodeScratch& scratch) {
  if (!pending_) return Error::unexpected_binary;
  pending_->bytes += bytes.size();
  if (pending_->bytes > limits_.message_bytes_max) return Error::too_many_bytes;
  pending_->attachments.emplace_back(bytes);
  if (pending_->attachments.size() < pending_->expected) return std::optional<Decoded>();
  scratch.text = std::move(pending_->text);
  scratch.attachments = std::move(pending_->attachments);
  pending_.reset();
  return decode(*parse_packet(scratch.text, limits_.attachments_max), scratch); // it was parsed once already
}

} // namespace wire::sio
