// What comes from Redis: replies are the same however their bytes are cut, and none is made of nothing (threats E17).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/check.h"
#include "wire/redis/reply_codec.h"

namespace {

using namespace wire::redis;

std::size_t count(const Reply& reply) {
  std::size_t all = 1;
  for (const Reply& element : reply.elements) all += count(element);
  return all;
}

// How many replies came, and how large they were; `piece` bytes at a time.
std::vector<std::size_t> parse(std::string_view bytes, std::size_t piece) {
  ReplyParser parser(1 << 20);
  std::vector<std::size_t> sizes;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    parser.feed(std::string(bytes.substr(0, piece))); // an allocation of exactly this size
    for (;;) {
      const auto next = parser.next();
      if (!next) return sizes;
      if (!*next) break;
      sizes.push_back(count(**next));
    }
  }
  return sizes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = parse(bytes, size);
  wire::check(parse(bytes, 1) == whole, "replies depend on how their bytes were cut");
  wire::check(parse(bytes, 1 + data[0] % 16u) == whole, "replies depend on how their bytes were cut");
  for (const std::size_t elements : whole) wire::check(elements <= size, "a reply of more elements than bytes");
  return 0;
}
