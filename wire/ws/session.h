#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "wire/base/limits.h"
#include "wire/base/time.h"
#include "wire/ws/deflate.h"
#include "wire/ws/frame.h"

namespace wire::ws {

struct SessionOptions {
  std::size_t message_bytes_max = limits::ws_message_bytes_max;
  Duration message_timeout = limits::ws_message_timeout; // from a message's first byte to its last
  Duration close_timeout = limits::ws_close_timeout;     // how long the peer's answer to our close frame may take
  unsigned control_frames_max = limits::ws_control_frames_max;
};

enum class ClosedBy {
  peer,        // it sent a close frame: code and reason are its own
  application, // close() was called: code is its own; the peer has answered, or had its time
  violation,   // the peer did what an Error names: code is what it was told, reason is for the log
};

struct Closed {
  ClosedBy by;
  CloseCode code; // no_status where the close frame had none
  std::string_view reason;
};

// What a session wishes for. Views hold during the call. The session may be asked to close() in any of these, and must
// not be destroyed before the call returns.
class SessionOutput {
 public:
  // A control frame: goes out in order with the data frames.
  virtual void send(std::string_view frame) = 0;
  virtual void on_text(std::string_view text) = 0; // valid UTF-8
  virtual void on_binary(std::string_view bytes) = 0;
  // Once, and nothing after it: flush what is to be sent, then close the TCP connection (RFC 6455 §7.1.1).
  virtual void on_closed(const Closed& closed) = 0;

 protected:
  ~SessionOutput() = default;
};

// The server's end of one connection, RFC 6455 §5 to §8, from the first byte after the handshake. It reads; data frames
// are written by whoever has data (frame_codec.h), while is_open(). Idle it holds no memory but itself.
class Session {
 public:
  // `options` are shared by many sessions and outlive them. `deflate` is there when the handshake agreed on it.
  explicit Session(const SessionOptions& options, std::unique_ptr<Deflate> deflate = nullptr);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // `bytes` is the read buffer: it is unmasked in place, and a message that lies whole in it is handed on from there.
  void on_bytes(std::span<char> bytes, TimePoint now, SessionOutput& out);
  // To be called at deadline(), or as often as you like.
  void on_tick(TimePoint now, SessionOutput& out);
  // TimePoint::max() while nothing is awaited.
  TimePoint deadline() const;

  // Starts the closing handshake; from here on no message comes, and no data frame may be sent. Later calls do nothing.
  // `code` must be one that may be sent, or no_status for a close frame without one (then without a reason); `reason`
  // is UTF-8 of at most 123 bytes, and never what a client sent (threats H14).
  void close(CloseCode code, std::string_view reason, TimePoint now, SessionOutput& out);

  // For whoever writes data frames; null without compression.
  Deflate* deflate() const { return deflate_.get(); }

  bool is_open() const { return state_ == State::open; }

 private:
  enum class State : std::uint8_t { open, awaiting_close, closed };
  struct Incomplete;
  struct Read;

  std::span<char> begin_frame(std::span<char> bytes, Read& read);
  std::span<char> continue_frame(std::span<char> bytes, Read& read);
  bool accepts(const FrameHeader& header, Read& read);
  void on_data(const FrameHeader& header, std::string_view payload, Read& read);
  void on_data_piece(std::string_view piece, bool last, Read& read);
  void on_control(Opcode opcode, std::string_view payload, Read& read);
  void on_ping(std::string_view payload, Read& read);
  void on_close_frame(std::string_view payload, Read& read);
  void deliver_compressed(Opcode opcode, std::string_view payload, SessionOutput& out);
  void deliver(Opcode opcode, std::string_view message, SessionOutput& out);
  void fail(Error error, SessionOutput& out);
  void finish(const Closed& closed, SessionOutput& out);
  Incomplete& incomplete(TimePoint now);
  std::size_t message_bytes_held() const;

  // constant after construction
  const SessionOptions& options_;
  const std::unique_ptr<Deflate> deflate_;
  // owned by the loop
  std::unique_ptr<Incomplete> incomplete_; // null between messages
  TimePoint close_sent_{};
  TimePoint control_window_{};
  unsigned control_frames_ = 0; // since control_window_
  CloseCode close_code_ = CloseCode::no_status;
  State state_ = State::open;
};

} // namespace wire::ws
