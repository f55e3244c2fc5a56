// What may come over Redis, which is open to more than our own nodes (threats E16): whatever is accepted can be told
// again, and is then the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/check.h"
#include "wire/cluster/message_codec.h"

namespace {

using namespace wire;
using namespace wire::cluster;

void there_and_back(std::string_view bytes) {
  if (const auto message = parse_broadcast(bytes)) {
    const auto again = parse_broadcast(encode(*message));
    check(again.has_value(), "a broadcast that was accepted is not when it is sent on");
    check(again->event == message->event && again->options.rooms == message->options.rooms, "another broadcast");
  }
  if (const auto request = parse_request(bytes)) {
    const auto again = parse_request(encode(*request, "/"));
    check(again.has_value(), "a request that was accepted is not when it is sent on");
    check(again->type == request->type && again->event == request->event, "another request");
  }
  if (const auto response = parse_response(bytes)) {
    const auto again = parse_response(encode(*response));
    check(again.has_value(), "a response that was accepted is not when it is sent on");
    check(again->id == response->id && again->clients == response->clients, "another response");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size); // an allocation of exactly this size
  there_and_back(bytes);
  return 0;
}
