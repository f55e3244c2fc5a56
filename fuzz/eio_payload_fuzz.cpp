// A polling payload into its packets and back, and the same bytes as a request's query.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/check.h"
#include "wire/eio/packet_codec.h"
#include "wire/eio/verify.h"

namespace {

using namespace wire;
using namespace wire::eio;

struct Copy {
  PacketType type;
  std::string data;
  bool binary;
  bool operator==(const Copy&) const = default;
};

// The packets up to the first that cannot be read.
std::vector<Copy> read(std::string_view payload, std::size_t packets_max, bool& whole) {
  std::vector<Copy> packets;
  PayloadReader reader(payload, packets_max);
  whole = true;
  while (!reader.at_end()) {
    const auto packet = reader.next();
    if (!packet) {
      check(reader.at_end(), "a reader that goes on behind an error");
      whole = false;
      break;
    }
    if (!packet->binary) {
      check(packet->data.data() >= payload.data() &&
                packet->data.data() + packet->data.size() <= payload.data() + payload.size(),
            "a text packet is a view into the payload");
    }
    packets.push_back({packet->type, std::string(packet->data), packet->binary});
  }
  check(packets.size() <= packets_max, "more packets than are allowed");
  return packets;
}

void there_and_back(std::string_view payload, std::size_t packets_max) {
  bool whole = false;
  const auto packets = read(payload, packets_max, whole);
  if (packets.empty()) return;
  std::string again;
  for (const Copy& packet : packets) {
    append_to_payload(again, packet.binary ? packet.data : static_cast<char>(packet.type) + packet.data, packet.binary);
  }
  check(read(again, packets.size(), whole) == packets && whole, "other packets came back");
}

void ask(std::string_view query) {
  for (const bool upgrade : {false, true}) {
    const auto verified = verify({"GET", query, query, upgrade}, true, true);
    if (!verified) continue;
    check(verified->sid.empty() || is_sid(verified->sid), "a session id that is none");
    check(upgrade || !verified->sid.empty() || verified->transport == TransportName::polling,
          "a websocket without an upgrade");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1); // an allocation of exactly this size
  there_and_back(bytes, 1 + data[0]);
  ask(bytes);
  return 0;
}
