#include "wire/ws/deflate.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "wire/base/check.h"
#include "wire/ws/frame_codec.h"

namespace wire::ws {
namespace {

constexpr int window_bits_max = 15;
constexpr int window_bits_min = 9; // zlib has no raw deflate with 8
constexpr int memory_level = 8;
constexpr int in_last_block = 64, at_end_of_block = 128; // z_stream::data_type

// §7.2.1: what the sender leaves out at the end of a message.
constexpr std::string_view tail{"\x00\x00\xff\xff", 4};

// zlib does not write through next_in, but says so only when built with ZLIB_CONST.
Bytef* input(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

std::size_t inflated_bytes_max(std::size_t compressed_bytes, std::size_t bytes_max, const InflateLimits& limits) {
  return std::min(bytes_max, std::max(limits.ratio_free_bytes, compressed_bytes * limits.ratio_max));
}

} // namespace

class Inflater {
 public:
  explicit Inflater(int window_bits) { check(inflateInit2(&stream_, -window_bits) == Z_OK, "zlib cannot inflate"); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  void forget_context() { inflateReset(&stream_); }

  Result<std::string, Error> inflate(std::string_view payload, std::size_t bytes_max, const InflateLimits& limits) {
    std::string message;
    if (payload.empty()) return message;
    bytes_max_ = inflated_bytes_max(payload.size(), bytes_max, limits);
    blocks_left_ = limits.blocks_max + payload.size() / limits::ws_inflate_block_bytes;
    message_bytes_ = 0;
    message.resize(std::min(bytes_max_ + 1, payload.size() * 4));

    auto state = read(payload, message);
    const std::size_t payload_only = message_bytes_;
    // §7.2.3.5: a sender may end a message with a final block, and need not go on with the empty one.
    if (state == State::going_on) state = read(tail, message);
    if (state == State::too_big) return Error::message_too_big;
    // In a payload that was cut off, the tail ends no block or is taken for contents.
    if (state == State::invalid || !ended_ || message_bytes_ != payload_only) return Error::invalid_compressed_data;
    message.resize(message_bytes_);
    return message;
  }

 private:
  enum class State { going_on, end_of_stream, too_big, invalid };

  // Block by block, because a block costs time even if it holds nothing.
  State read(std::string_view bytes, std::string& message) {
    stream_.next_in = input(bytes);
    stream_.avail_in = static_cast<uInt>(bytes.size());
    ended_ = false;
    bool last_block_ended = false; // and its end not yet taken note of
    do {
      if (message_bytes_ == message.size()) message.resize(std::min(bytes_max_ + 1, message.size() * 2));
      stream_.next_out = reinterpret_cast<Bytef*>(message.data() + message_bytes_);
      stream_.avail_out = static_cast<uInt>(message.size() - message_bytes_);
      const int result = ::inflate(&stream_, Z_BLOCK);
      message_bytes_ = message.size() - stream_.avail_out;
      if (message_bytes_ > bytes_max_) return State::too_big;
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return State::invalid;
      ended_ = result == Z_STREAM_END || (stream_.data_type & at_end_of_block) != 0;
      last_block_ended = ended_ && result == Z_OK && (stream_.data_type & in_last_block) != 0;
      if (ended_ && blocks_left_-- == 0) return State::too_big;
      if (result == Z_STREAM_END) {
        inflateReset(&stream_);
        if (stream_.avail_in == 0) return State::end_of_stream;
      }
    } while (stream_.avail_in > 0 || (stream_.avail_out == 0 && !ended_) || last_block_ended);
    return State::going_on;
  }

  z_stream stream_{};
  std::size_t bytes_max_ = 0;
  std::size_t blocks_left_ = 0;
  std::size_t message_bytes_ = 0;
  bool ended_ = false; // nothing of a block is outstanding
};

class Deflater {
 public:
  explicit Deflater(int window_bits) {
    check(deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY) ==
              Z_OK,
          "zlib cannot deflate");
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&stream_); }

  void forget_context() { deflateReset(&stream_); }

  std::string deflate(std::string_view message) {
    std::string payload(deflateBound(&stream_, static_cast<uLong>(message.size())) + tail.size() + 1, '\0');
    std::size_t size = 0;
    stream_.next_in = input(message);
    stream_.avail_in = static_cast<uInt>(message.size());
    do {
      if (size == payload.size()) payload.resize(payload.size() * 2);
      stream_.next_out = reinterpret_cast<Bytef*>(payload.data() + size);
      stream_.avail_out = static_cast<uInt>(payload.size() - size);
      const int result = ::deflate(&stream_, Z_SYNC_FLUSH);
      check(result == Z_OK || result == Z_BUF_ERROR, "zlib cannot deflate");
      size = payload.size() - stream_.avail_out;
    } while (stream_.avail_out == 0);
    payload.resize(size);
    // §7.2.3.6: when there was nothing to flush, an empty block without its tail.
    if (payload.empty()) return std::string(1, '\0');
    check(payload.ends_with(tail), "zlib did not flush");
    payload.resize(size - tail.size());
    return payload;
  }

 private:
  z_stream stream_{};
};

namespace {

// A thread's own, made when first needed, for all its connections without context takeover.
Inflater& shared_inflater() {
  thread_local Inflater inflater(window_bits_max); // reads what smaller windows wrote, too
  inflater.forget_context();
  return inflater;
}

Deflater& shared_deflater(int window_bits) {
  thread_local std::array<std::unique_ptr<Deflater>, window_bits_max + 1> deflaters;
  auto& deflater = deflaters[static_cast<std::size_t>(window_bits)];
  if (!deflater) deflater = std::make_unique<Deflater>(window_bits);
  deflater->forget_context();
  return *deflater;
}

} // namespace

Deflate::Deflate(const DeflateParams& params) : params_(params) {
  const int server_bits = server_window_bits();
  check(server_bits >= window_bits_min && server_bits <= window_bits_max, "a deflate window that zlib does not have");
  if (!params.client_no_context_takeover) {
    inflater_ = std::make_unique<Inflater>(params.client_max_window_bits.value_or(window_bits_max));
  }
  if (!params.server_no_context_takeover) deflater_ = std::make_unique<Deflater>(server_bits);
}

Deflate::~Deflate() = default;

int Deflate::server_window_bits() const { return params_.server_max_window_bits.value_or(window_bits_max); }

void Deflate::append_frame(std::string& out, Opcode opcode, std::string_view message) {
  if (message.size() < params_.threshold) {
    append_frame_header(out, opcode, message.size());
    out += message;
    return;
  }
  Deflater& deflater = deflater_ ? *deflater_ : shared_deflater(server_window_bits());
  const std::string payload = deflater.deflate(message);
  append_frame_header(out, opcode, payload.size(), true, true);
  out += payload;
}

std::shared_ptr<const std::string> Deflate::shared_frame(const std::shared_ptr<const std::string>& plain, Opcode opcode,
                                                         std::string_view message) {
  if (message.size() < params_.threshold) return plain;
  struct Last {
    std::shared_ptr<const std::string> plain, compressed; // while it holds `plain`, no other frame has its address
    int window_bits = 0;
  };
  thread_local Last last;
  if (!deflater_ && last.plain == plain && last.window_bits == server_window_bits()) return last.compressed;
  auto compressed = std::make_shared<std::string>();
  append_frame(*compressed, opcode, message);
  if (!deflater_) last = {plain, compressed, server_window_bits()};
  return compressed;
}

Result<std::string, Error> Deflate::inflate(std::string_view payload, std::size_t bytes_max) {
  return (inflater_ ? *inflater_ : shared_inflater()).inflate(payload, bytes_max, params_.inflate_limits);
}

} // namespace wire::ws
