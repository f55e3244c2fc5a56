// What one client of the msgpack parser sends. Whatever is accepted is valid JSON with its attachments, and is the same
// again when it was sent on in this format.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/check.h"
#include "wire/sio/decoder.h"
#include "wire/sio/msgpack_codec.h"

namespace {

using namespace wire;
using namespace wire::sio;

void there_and_back(const Decoded& packet, std::string_view json) {
  if (packet.type != PacketType::event && packet.type != PacketType::ack) return;
  std::string sent;
  const auto attachments = packet.args.attachments();
  append_msgpack_packet(sent, packet.type, packet.nsp, packet.id, json, attachments);
  std::string again;
  std::vector<std::string> bytes;
  const auto same = parse_msgpack_packet(sent, again, bytes);
  check(same.has_value(), "what was accepted is not when it is sent on");
  check(same->nsp == packet.nsp && same->id == packet.id, "another packet came back");
  check(bytes.size() >= attachments.size(),
        "bytes were lost"); // what looks like a placeholder may stand for some again
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static DecodeScratch scratch;
  const std::string message(reinterpret_cast<const char*>(data), size); // an allocation of exactly this size
  const auto outcome = decode_msgpack(message, scratch);
  if (!outcome) return 0;
  check(outcome->has_value(), "a message that is no whole packet");
  const Decoded& packet = **outcome;
  for (std::size_t i = 0; i < packet.args.size(); ++i) check(!packet.args.raw(i).empty(), "an argument without text");
  there_and_back(packet, packet.json);
  return 0;
}
