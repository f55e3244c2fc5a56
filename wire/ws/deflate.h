#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/limits.h"
#include "wire/base/result.h"
#include "wire/ws/frame.h"

// permessage-deflate, RFC 7692, the server's side.
namespace wire::ws {

// How much a compressed message may become. A message's own limit holds besides.
struct InflateLimits {
  std::size_t ratio_max = limits::ws_inflate_ratio_max; // to its compressed form, once it is larger than
  std::size_t ratio_free_bytes = limits::ws_inflate_ratio_free_bytes;
  std::size_t blocks_max = limits::ws_inflate_blocks_max; // and one more for each 256 compressed bytes
};

// What server and client have agreed on (§7.1); window bits that were not spoken of are 15.
struct DeflateParams {
  bool server_no_context_takeover = true;
  bool client_no_context_takeover = true;
  std::optional<int> server_max_window_bits{}; // 9 to 15
  std::optional<int> client_max_window_bits{}; // 8 to 15
  std::size_t threshold = limits::ws_deflate_threshold;
  InflateLimits inflate_limits{};
};

class Inflater;
class Deflater;

// Compresses and restores the messages of one connection. A direction without context takeover costs no memory here: it
// borrows its thread's state for the call. With it, about 40 KB for reading and 256 KB for writing stay with the
// connection.
class Deflate {
 public:
  explicit Deflate(const DeflateParams& params);
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;
  ~Deflate();

  // A whole frame: compressed when the message reaches the threshold, else as it is.
  void append_frame(std::string& out, Opcode opcode, std::string_view message);
  // The same for a message that many clients get, and whose frame without compression is `plain`. Without context
  // takeover all clients with the same window get the same bytes: compressed once, when they are served one after the
  // other. A thread keeps the last one.
  std::shared_ptr<const std::string> shared_frame(const std::shared_ptr<const std::string>& plain, Opcode opcode,
                                                  std::string_view message);

  // The message that a compressed payload, without its frames, stands for. Stops at Error::message_too_big as soon as
  // `bytes_max` or the limits on ratio and blocks are passed, whatever is still to come (threats H12).
  Result<std::string, Error> inflate(std::string_view payload, std::size_t bytes_max);

 private:
  int server_window_bits() const;

  // constant after construction
  DeflateParams params_;
  // owned by the loop
  std::unique_ptr<Inflater> inflater_; // null without context takeover
  std::unique_ptr<Deflater> deflater_;
};

} // namespace wire::ws
