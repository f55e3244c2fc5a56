#include "wire/ws/session.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "wire/base/check.h"
#include "wire/base/utf8.h"
#include "wire/ws/frame_codec.h"

namespace wire::ws {
namespace {

constexpr std::size_t close_code_bytes = 2;
constexpr Duration control_window = seconds(1);

std::string_view view(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

void send_control(SessionOutput& out, Opcode opcode, std::string_view payload) {
  std::string frame; // at most 127 bytes
  append_frame_header(frame, opcode, payload.size());
  out.send(frame += payload);
}

void send_close(SessionOutput& out, CloseCode code, std::string_view reason) {
  std::string payload;
  if (code != CloseCode::no_status) {
    const auto number = static_cast<std::uint16_t>(code);
    payload = {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
    payload += reason;
  }
  send_control(out, Opcode::close, payload);
}

} // namespace

// What must outlive a read. One contiguous buffer for a message, so that a flood of tiny fragments costs no more than
// its bytes (threats H11).
struct Session::Incomplete {
  TimePoint since;

  // A header of which some bytes are here.
  std::uint8_t header_size = 0;
  char header[frame_header_bytes_max];

  // A frame whose header has been read and whose payload has not.
  bool in_frame = false;
  FrameHeader frame{};
  std::uint64_t frame_read = 0;
  char control[limits::ws_control_bytes_max];

  // A message whose last frame is not complete.
  bool in_message = false;
  Opcode opcode{};
  bool compressed = false;
  Utf8Validator utf8; // between code points when a message begins: one that ends elsewhere is the last
  std::string message;

  bool empty() const { return header_size == 0 && !in_frame && !in_message; }

  // The held bytes of a header and those that follow.
  std::string_view header_with(std::span<const char> bytes) {
    const std::size_t added = std::min(bytes.size(), sizeof header - header_size);
    std::memcpy(header + header_size, bytes.data(), added);
    return {header, header_size + added};
  }

  void begin_message(const FrameHeader& first) {
    in_message = true;
    opcode = first.opcode;
    compressed = first.rsv1;
  }
};

// What lasts for one on_bytes().
struct Session::Read {
  TimePoint now;
  SessionOutput& out;
  unsigned pongs = 0;
  std::optional<std::string_view> unanswered_ping; // into the read buffer

  void answer_ping() {
    if (unanswered_ping) send_control(out, Opcode::pong, *unanswered_ping);
    unanswered_ping.reset();
  }
};

Session::Session(const SessionOptions& options, std::unique_ptr<Deflate> deflate)
    : options_(options), deflate_(std::move(deflate)) {}
Session::~Session() = default;

void Session::on_bytes(std::span<char> bytes, TimePoint now, SessionOutput& out) {
  Read read{now, out, 0, {}};
  while (!bytes.empty() && state_ != State::closed) {
    bytes = incomplete_ && incomplete_->in_frame ? continue_frame(bytes, read) : begin_frame(bytes, read);
  }
  if (is_open()) read.answer_ping();
  if (incomplete_ && (state_ == State::closed || incomplete_->empty())) incomplete_.reset();
}

// Reads a header and, where it lies whole in the buffer, its payload. Returns the bytes after them.
std::span<char> Session::begin_frame(std::span<char> bytes, Read& read) {
  const std::size_t held = incomplete_ ? incomplete_->header_size : 0;
  const auto header = parse_frame_header(held == 0 ? view(bytes) : incomplete_->header_with(bytes));
  if (!header) {
    if (header.error() == Error::incomplete) {
      Incomplete& rest = incomplete(read.now);
      rest.header_size = static_cast<std::uint8_t>(rest.header_with(bytes).size());
    } else {
      fail(header.error(), read.out);
    }
    return {};
  }
  if (held != 0) incomplete_->header_size = 0;
  if (!accepts(*header, read)) return {};

  bytes = bytes.subspan(header->header_bytes - held);
  if (header->payload_bytes > bytes.size()) {
    Incomplete& rest = incomplete(read.now);
    rest.in_frame = true;
    rest.frame = *header;
    rest.frame_read = 0;
    if (header->opcode == Opcode::text || header->opcode == Opcode::binary) rest.begin_message(*header);
    return bytes.empty() ? bytes : continue_frame(bytes, read);
  }
  const auto payload = bytes.first(static_cast<std::size_t>(header->payload_bytes));
  unmask(payload, header->masking_key);
  if (is_control(header->opcode)) {
    on_control(header->opcode, view(payload), read);
  } else {
    on_data(*header, view(payload), read);
  }
  return bytes.subspan(payload.size());
}

// Reads on in a payload of which an earlier read held the beginning.
std::span<char> Session::continue_frame(std::span<char> bytes, Read& read) {
  Incomplete& rest = *incomplete_;
  const FrameHeader& frame = rest.frame;
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), frame.payload_bytes - rest.frame_read));
  const auto piece = bytes.first(size);
  unmask(piece, frame.masking_key, rest.frame_read);
  if (is_control(frame.opcode)) std::memcpy(rest.control + rest.frame_read, piece.data(), size);
  rest.frame_read += size;
  const bool complete = rest.frame_read == frame.payload_bytes;
  rest.in_frame = !complete;
  if (!is_control(frame.opcode)) {
    on_data_piece(view(piece), complete && frame.fin, read);
  } else if (complete) {
    on_control(frame.opcode, {rest.control, static_cast<std::size_t>(frame.payload_bytes)}, read);
  }
  return bytes.subspan(size);
}

// What a header alone shows: a message is refused before its payload arrives.
bool Session::accepts(const FrameHeader& header, Read& read) {
  if (is_control(header.opcode) || !is_open()) return true;
  const bool in_message = incomplete_ && incomplete_->in_message;
  std::optional<Error> error;
  if (header.rsv1 && (!deflate_ || header.opcode == Opcode::continuation)) {
    error = Error::reserved_bits;
  } else if (in_message != (header.opcode == Opcode::continuation)) {
    error = in_message ? Error::expected_continuation : Error::unexpected_continuation;
  } else if (header.payload_bytes > options_.message_bytes_max - message_bytes_held()) {
    error = Error::message_too_big;
  }
  if (error) fail(*error, read.out);
  return !error;
}

void Session::on_data(const FrameHeader& header, std::string_view payload, Read& read) {
  if (!is_open()) return;
  const bool first = header.opcode != Opcode::continuation;
  if (first && header.fin) {
    return header.rsv1 ? deliver_compressed(header.opcode, payload, read.out)
                       : deliver(header.opcode, payload, read.out);
  }
  Incomplete& rest = incomplete(read.now);
  if (first) rest.begin_message(header);
  on_data_piece(payload, header.fin, read);
}

void Session::on_data_piece(std::string_view piece, bool last, Read& read) {
  if (!is_open()) return;
  Incomplete& rest = *incomplete_;
  const bool text = rest.opcode == Opcode::text && !rest.compressed;
  // At once, not at the end of the message: nobody shall be fed a megabyte after an invalid byte (threats H9).
  if (text && !rest.utf8.feed(piece)) return fail(Error::invalid_utf8, read.out);
  rest.message += piece;
  if (!last) return;
  if (text && !rest.utf8.complete()) return fail(Error::invalid_utf8, read.out);
  rest.in_message = false;
  const std::string message = std::exchange(rest.message, {});
  if (rest.compressed) return deliver_compressed(rest.opcode, message, read.out);
  text ? read.out.on_text(message) : read.out.on_binary(message);
}

void Session::deliver_compressed(Opcode opcode, std::string_view payload, SessionOutput& out) {
  const auto message = deflate_->inflate(payload, options_.message_bytes_max);
  message ? deliver(opcode, *message, out) : fail(message.error(), out);
}

void Session::deliver(Opcode opcode, std::string_view message, SessionOutput& out) {
  if (opcode == Opcode::binary) return out.on_binary(message);
  if (!is_utf8(message)) return fail(Error::invalid_utf8, out);
  out.on_text(message);
}

void Session::on_control(Opcode opcode, std::string_view payload, Read& read) {
  if (opcode == Opcode::close) return on_close_frame(payload, read);
  if (read.now - control_window_ >= control_window) {
    control_window_ = read.now;
    control_frames_ = 0;
  }
  if (++control_frames_ > options_.control_frames_max) return fail(Error::too_many_control_frames, read.out);
  if (opcode == Opcode::ping && is_open()) on_ping(payload, read);
}

// Each ping is answered, as clients expect, but a read full of them is not (threats H13; RFC 6455 §5.5.3 allows it).
void Session::on_ping(std::string_view payload, Read& read) {
  if (read.pongs < limits::ws_pongs_per_read_max) {
    ++read.pongs;
    send_control(read.out, Opcode::pong, payload);
  } else {
    read.unanswered_ping = payload;
  }
}

void Session::on_close_frame(std::string_view payload, Read& read) {
  if (state_ == State::awaiting_close) return finish({ClosedBy::application, close_code_, {}}, read.out);
  auto code = CloseCode::no_status;
  std::string_view reason;
  if (!payload.empty()) {
    if (payload.size() < close_code_bytes) return fail(Error::invalid_close_frame, read.out);
    const auto number = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                   static_cast<unsigned char>(payload[1]));
    if (!is_valid_close_code(number)) return fail(Error::invalid_close_frame, read.out);
    code = static_cast<CloseCode>(number);
    reason = payload.substr(close_code_bytes);
    if (!is_utf8(reason)) return fail(Error::invalid_utf8, read.out);
  }
  read.answer_ping();
  send_close(read.out, code, {});
  finish({ClosedBy::peer, code, reason}, read.out);
}

void Session::close(CloseCode code, std::string_view reason, TimePoint now, SessionOutput& out) {
  if (!is_open()) return;
  check(code == CloseCode::no_status ? reason.empty() : is_valid_close_code(static_cast<std::uint16_t>(code)),
        "a close code that may not be sent");
  check(reason.size() + close_code_bytes <= limits::ws_control_bytes_max, "a close reason that is too long");
  state_ = State::awaiting_close;
  close_sent_ = now;
  close_code_ = code;
  if (incomplete_) incomplete_->message = {}; // what remains is read past
  send_close(out, code, reason);
}

void Session::on_tick(TimePoint now, SessionOutput& out) {
  if (now < deadline()) return;
  if (state_ == State::awaiting_close) {
    finish({ClosedBy::application, close_code_, {}}, out);
  } else {
    fail(Error::message_timeout, out);
  }
  incomplete_.reset();
}

TimePoint Session::deadline() const {
  if (state_ == State::awaiting_close) return close_sent_ + options_.close_timeout;
  return incomplete_ && is_open() ? incomplete_->since + options_.message_timeout : TimePoint::max();
}

// §7.1.7. After our own close frame, all that is left is to end.
void Session::fail(Error error, SessionOutput& out) {
  if (state_ == State::awaiting_close) return finish({ClosedBy::application, close_code_, {}}, out);
  send_close(out, close_code(error), {});
  finish({ClosedBy::violation, close_code(error), describe(error)}, out);
}

void Session::finish(const Closed& closed, SessionOutput& out) {
  state_ = State::closed;
  out.on_closed(closed);
}

Session::Incomplete& Session::incomplete(TimePoint now) {
  if (!incomplete_) incomplete_ = std::make_unique<Incomplete>();
  if (incomplete_->empty()) incomplete_->since = now;
  return *incomplete_;
}

std::size_t Session::message_bytes_held() const { return incomplete_ ? incomplete_->message.size() : 0; }

} // namespace wire::ws
