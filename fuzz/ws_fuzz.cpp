// A client's bytes into a session, at once and in the pieces that the input asks for: the same must come of both,
// nothing may come after the end, and no byte beyond the pieces may be touched.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "wire/base/check.h"
#include "wire/base/utf8.h"
#include "wire/ws/frame_codec.h"
#include "wire/ws/session.h"

namespace {

using namespace wire;
using namespace wire::ws;

constexpr SessionOptions options{.message_bytes_max = 2000, .control_frames_max = 1'000'000};

class CheckingOutput : public SessionOutput {
 public:
  std::string delivered; // not pongs: how many pings are answered depends on the pieces
  bool closed = false;

  void send(std::string_view frame) override {
    check(!closed, "a frame after the end");
    const auto header = parse_frame_header(frame, Sender::server);
    check(header && header->header_bytes + header->payload_bytes == frame.size(), "not a server's frame");
    if (header->opcode == Opcode::close) delivered += "close " + std::string(frame.substr(2));
  }
  void on_text(std::string_view text) override {
    check(is_utf8(text), "text that is none");
    add('t', text);
  }
  void on_binary(std::string_view bytes) override { add('b', bytes); }
  void on_closed(const Closed& how) override {
    closed = true;
    delivered += "closed " + std::to_string(static_cast<unsigned>(how.code)) + std::string(how.reason);
  }

 private:
  void add(char kind, std::string_view message) {
    check(!closed, "a message after the end");
    check(message.size() <= options.message_bytes_max, "a message beyond the limit");
    delivered += kind;
    delivered += message;
  }
};

void feed(Session& session, CheckingOutput& out, std::string_view bytes, TimePoint now) {
  std::vector<char> buffer(bytes.begin(), bytes.end()); // an allocation of its own, of exactly this size
  session.on_bytes(buffer, now, out);
}

} // namespace

// The first byte seeds the sizes of the pieces and switches compression on; the rest is what the client sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::uint32_t random = data[0] * 2654435761u + 1;
  const TimePoint now{};
  const auto some_deflate = [&] { return (data[0] & 1) != 0 ? std::make_unique<Deflate>(DeflateParams{}) : nullptr; };

  CheckingOutput at_once;
  Session whole(options, some_deflate());
  feed(whole, at_once, bytes, now);

  CheckingOutput in_pieces;
  Session cut(options, some_deflate());
  for (std::size_t at = 0; at < bytes.size();) {
    random = random * 1664525u + 1013904223u;
    const std::size_t piece = std::min<std::size_t>(1 + (random >> 24) % 20, bytes.size() - at);
    feed(cut, in_pieces, bytes.substr(at, piece), now);
    at += piece;
  }
  check(at_once.delivered == in_pieces.delivered, "what is delivered depends on the pieces");
  check(at_once.closed == in_pieces.closed, "the end depends on the pieces");

  whole.on_tick(now + options.message_timeout, at_once);
  check(whole.deadline() == TimePoint::max(), "a timeout that does not end");
  return 0;
}
