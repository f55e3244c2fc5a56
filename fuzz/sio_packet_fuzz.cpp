// What one client sends, text and binary messages in any order. Whatever is accepted is relayed, and must be accepted
// again as the same event: no client may be sent what a client could not send.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/check.h"
#include "wire/sio/adapter.h"
#include "wire/sio/decoder.h"
#include "wire/sio/packet_codec.h"

namespace {

using namespace wire;
using namespace wire::sio;

constexpr DecoderLimits decoder_limits{.attachments_max = 10, .message_bytes_max = 2000};

void relay(const Decoded& event) {
  static DecodeScratch scratch; // the event borrows from the one that it was decoded with
  Payload payload;
  payload.add(event.args);
  check(payload.attachments().size() <= event.args.attachments().size(), "more attachments than there were");
  const EncodedEvent encoded = encode_event(event.nsp, event.event, payload);

  constexpr DecoderLimits as_sent{.attachments_max = 10, .message_bytes_max = 20'000};
  Decoder decoder(as_sent);
  auto outcome = decoder.on_text(encoded.packet.packet().substr(1), scratch);
  for (const auto& attachment : encoded.attachments) {
    check(outcome && !*outcome, "an attachment that nothing announced");
    outcome = decoder.on_binary(attachment.packet(), scratch);
  }
  check(outcome.has_value(), "what was accepted is not when it is relayed");
  check(outcome->has_value(), "an attachment is missing");
  const Decoded& relayed = **outcome;
  check(relayed.type == PacketType::event && relayed.nsp == event.nsp && relayed.event == event.event,
        "another event was relayed");
  check(relayed.args.size() == event.args.size(), "arguments were lost or added");
  for (std::size_t i = 0; i < event.args.size(); ++i) {
    check(relayed.args.binary(relayed.args[i]) == event.args.binary(event.args[i]), "other bytes were relayed");
    check(relayed.args[i].type() == event.args[i].type(), "an argument of another kind was relayed");
  }
}

void look_at(const Decoded& packet) {
  check(packet.type != PacketType::binary_event && packet.type != PacketType::binary_ack &&
            packet.type != PacketType::connect_error,
        "a type that is not told");
  check(!is_reserved_event(packet.event), "a reserved event");
  for (std::size_t i = 0; i < packet.args.size(); ++i) check(!packet.args.raw(i).empty(), "an argument without text");
  if (packet.type == PacketType::event) relay(packet);
}

void header_there_and_back(std::string_view text) {
  const auto packet = parse_packet(text, 999);
  if (!packet || packet->json.starts_with('/')) return; // which could be a namespace, and is no JSON
  std::string again;
  append_packet_header(again, packet->type, packet->nsp, packet->id, packet->attachments);
  again += packet->json;
  const auto same = parse_packet(again, 999);
  check(same && same->type == packet->type && same->nsp == packet->nsp && same->json == packet->json &&
            same->attachments == packet->attachments,
        "another header came back");
}

} // namespace

// A message is a length, of which the top bit says that it is binary, and as many bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static DecodeScratch scratch;
  Decoder decoder(decoder_limits);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const auto length = static_cast<unsigned char>(rest[0]);
    const std::string message(rest.substr(1, length & 0x7f)); // an allocation of exactly this size
    rest.remove_prefix(1 + message.size());
    const bool binary = (length & 0x80) != 0;
    if (!binary) header_there_and_back(message);
    const auto outcome = binary ? decoder.on_binary(message, scratch) : decoder.on_text(message, scratch);
    if (!outcome) return 0; // the connection is over
    check(outcome->has_value() != decoder.waiting_for_attachments(), "neither complete nor waiting");
    if (*outcome) look_at(**outcome);
  }
  return 0;
}
