#include "bench/load/deflate.h"

#include <zlib.h>

#include <algorithm>

#include "wire/base/check.h"

namespace load {
namespace {

constexpr std::string_view tail("\0\0\xff\xff", 4); // of every flushed block; it does not travel
constexpr int raw = -15;

Bytef* input(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

} // namespace

std::string deflated(std::string_view message) {
  z_stream stream{};
  wire::check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
  std::string payload(deflateBound(&stream, message.size()) + 16, '\0');
  stream.next_in = input(message);
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(payload.data());
  stream.avail_out = static_cast<uInt>(payload.size());
  wire::check(::deflate(&stream, Z_SYNC_FLUSH) == Z_OK, "deflate");
  payload.resize(payload.size() - stream.avail_out - tail.size());
  deflateEnd(&stream);
  return payload;
}

std::optional<std::string_view> inflated(std::string_view payload) {
  struct Inflater {
    Inflater() { wire::check(inflateInit2(&stream, raw) == Z_OK, "inflate"); }
    z_stream stream{};
    std::string message;
  };
  static Inflater inflater; // the generator is one thread
  z_stream& stream = inflater.stream;
  inflateReset(&stream);
  inflater.message.resize(std::max<std::size_t>(inflater.message.capacity(), 64 * 1024));
  std::size_t size = 0;
  for (const std::string_view part : {payload, tail}) {
    stream.next_in = input(part);
    stream.avail_in = static_cast<uInt>(part.size());
    do {
      if (size == inflater.message.size()) inflater.message.resize(2 * size);
      stream.next_out = reinterpret_cast<Bytef*>(inflater.message.data() + size);
      stream.avail_out = static_cast<uInt>(inflater.message.size() - size);
      const int result = ::inflate(&stream, Z_SYNC_FLUSH);
      size = inflater.message.size() - stream.avail_out;
      if (result != Z_OK && result != Z_BUF_ERROR) return std::nullopt;
    } while (stream.avail_out == 0);
  }
  return std::string_view(inflater.message).substr(0, size);
}

} // namespace load
