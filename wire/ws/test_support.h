#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "wire/ws/frame_codec.h"
#include "wire/ws/session.h"

// For the tests of this folder.
namespace wire::ws::test {

inline constexpr std::uint32_t masking_key = 0x3dfa2137;
inline constexpr TimePoint t0 = TimePoint{} + std::chrono::hours(1);

// A client's frame.
inline std::string frame(Opcode opcode, std::string_view payload, bool fin = true, bool rsv1 = false) {
  std::string out;
  append_masked_frame(out, opcode, payload, masking_key, fin, rsv1);
  return out;
}

inline std::string close_payload(unsigned code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(reason);
}

// The best of five, in time of this thread: other programs on a busy machine do not count.
template <class Run>
Duration cpu_time_of(Run run) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  auto best = Duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto start = now();
    run();
    best = std::min<Duration>(best, now() - start);
  }
  return best;
}

// The sample whole, byte by byte, and cut in two at each offset (a long one at the offsets near its ends and at 200
// between them): `run` gets the pieces.
template <class Run>
void in_all_pieces(std::string_view sample, Run run) {
  using Pieces = std::vector<std::string>;
  run(Pieces{std::string(sample)});
  Pieces bytes;
  for (char c : sample) bytes.emplace_back(1, c);
  run(bytes);
  constexpr std::size_t edge = 200;
  for (std::size_t cut = 1; cut < sample.size();) {
    run(Pieces{std::string(sample.substr(0, cut)), std::string(sample.substr(cut))});
    const bool middle = cut >= edge && cut + edge < sample.size();
    cut += middle ? std::max<std::size_t>(1, (sample.size() - 2 * edge) / 200) : 1;
  }
}

// Everything that a session wished for, as readable lines: "text: hi", "pong: x", "close frame: 1002",
// "closed by peer: 1000 bye".
class RecordingOutput : public SessionOutput {
 public:
  std::vector<std::string> lines;

  void send(std::string_view frame) override {
    const auto header = parse_frame_header(frame, Sender::server);
    ASSERT_TRUE(header) << "a server's frame is neither masked nor wrong";
    const auto payload = frame.substr(header->header_bytes);
    ASSERT_EQ(payload.size(), header->payload_bytes);
    if (header->opcode == Opcode::pong) lines.push_back("pong: " + std::string(payload));
    if (header->opcode == Opcode::close) lines.push_back("close frame:" + describe_close(payload));
  }
  void on_text(std::string_view text) override { lines.push_back("text: " + std::string(text)); }
  void on_binary(std::string_view bytes) override { lines.push_back("binary: " + std::string(bytes)); }
  void on_closed(const Closed& closed) override {
    const char* by = closed.by == ClosedBy::peer          ? "peer"
                     : closed.by == ClosedBy::application ? "application"
                                                          : "violation";
    lines.push_back("closed by " + std::string(by) + ": " + std::to_string(static_cast<unsigned>(closed.code)) +
                    (closed.reason.empty() ? "" : " " + std::string(closed.reason)));
  }

 private:
  static std::string describe_close(std::string_view payload) {
    if (payload.empty()) return "";
    const auto code = static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
    std::string line = " " + std::to_string(code);
    return payload.size() > 2 ? line + " " + std::string(payload.substr(2)) : line;
  }
};

using Lines = std::vector<std::string>;

inline void feed(Session& session, std::string bytes, SessionOutput& out, TimePoint now = t0) {
  session.on_bytes(bytes, now, out);
}

// What a peer that does wrong is told and the application hears.
inline Lines failed(Error error, Lines before = {}) {
  const auto code = std::to_string(static_cast<unsigned>(close_code(error)));
  before.push_back("close frame: " + code);
  before.push_back("closed by violation: " + code + " " + describe(error));
  return before;
}

// Whatever the pieces in which `bytes` arrive, this is what comes of them.
inline void expect_lines(std::string_view bytes, const Lines& expected, const SessionOptions& options = {}) {
  in_all_pieces(bytes, [&](const std::vector<std::string>& pieces) {
    RecordingOutput out;
    Session session(options);
    for (const std::string& piece : pieces) feed(session, piece, out);
    if (out.lines != expected) {
      ADD_FAILURE() << pieces.size() << " pieces, the first of " << pieces[0].size() << " bytes, gave\n"
                    << testing::PrintToString(out.lines) << "\ninstead of\n"
                    << testing::PrintToString(expected);
    }
  });
}

} // namespace wire::ws::test
