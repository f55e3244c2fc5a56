// permessage-deflate in its three directions: any offer, any payload as a client's, any message there and back.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "wire/base/check.h"
#include "wire/ws/deflate.h"
#include "wire/ws/deflate_negotiation.h"
#include "wire/ws/frame_codec.h"

namespace {

using namespace wire;
using namespace wire::ws;

constexpr std::size_t message_bytes_max = 200'000;

void inflate_anything(std::string_view payload, const DeflateParams& params) {
  Deflate deflate(params);
  for (int message = 0; message < 2; ++message) {
    const auto inflated = deflate.inflate(payload, message_bytes_max);
    if (!inflated) return;
    const std::size_t by_ratio =
        std::max(limits::ws_inflate_ratio_free_bytes, payload.size() * limits::ws_inflate_ratio_max);
    check(inflated->size() <= std::min(message_bytes_max, by_ratio), "a message beyond the limits");
  }
}

void there_and_back(std::string_view message, DeflateParams params) {
  params.threshold = 0;
  // Reads its own window, so both directions need the same kind.
  params.client_no_context_takeover = params.server_no_context_takeover;
  params.client_max_window_bits = params.server_max_window_bits;
  Deflate deflate(params);
  for (int round = 0; round < 2; ++round) {
    std::string frame;
    deflate.append_frame(frame, Opcode::binary, message);
    const auto header = parse_frame_header(frame, Sender::server);
    check(header && header->rsv1, "not a compressed frame");
    const auto inflated = deflate.inflate(std::string_view(frame).substr(header->header_bytes), message_bytes_max);
    check(inflated && *inflated == message, "another message came back");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  DeflateParams params;
  params.server_no_context_takeover = params.client_no_context_takeover = (choice & 1) != 0;
  params.server_max_window_bits = params.client_max_window_bits = 9 + static_cast<int>(choice >> 1) % 7;

  inflate_anything(bytes, params);
  there_and_back(bytes, params);

  DeflateOptions options;
  options.server_no_context_takeover = options.client_no_context_takeover = (choice & 1) != 0;
  if (const auto agreed = negotiate_deflate(bytes, options); agreed && *agreed) {
    check(sec_websocket_extensions(**agreed).starts_with("permessage-deflate"), "no answer to an offer");
    there_and_back("agreed", **agreed);
  }
  return 0;
}
