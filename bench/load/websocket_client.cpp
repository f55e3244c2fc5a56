#include "bench/load/websocket_client.h"

#include "bench/load/deflate.h"

namespace load {
namespace {

std::string close_reason(std::string_view payload) {
  if (payload.size() < 2) return "the server closed the connection without a code";
  const int code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  return "the server closed the connection with code " + std::to_string(code) + " " + std::string(payload.substr(2));
}

} // namespace

WebSocketClient::WebSocketClient(const Target& target, std::string_view auth) : Client(target, auth) {
  out_ = "GET " + target_.path + "?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + target_.host +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  if (target_.framing == Framing::deflate) {
    out_ += "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";
  }
  out_ += "\r\n";
}

void WebSocketClient::leave() {
  append_frame(out_, Opcode::text, disconnect_packet(target_.nsp));
  append_frame(out_, Opcode::close, {});
  state_ = State::leaving;
}

Result<void, std::string> WebSocketClient::on_bytes(std::string_view bytes, Events& events) {
  const bool had_rest = !rest_.empty();
  if (had_rest) bytes = rest_.append(bytes);

  std::size_t consumed = 0;
  while (consumed < bytes.size() && state_ != State::closed) {
    const std::string_view ahead = bytes.substr(consumed);
    const auto step = state_ == State::upgrading ? on_head(ahead) : on_frame(ahead, events);
    if (!step) return step.error();
    if (*step == 0) break;
    consumed += *step;
  }
  if (had_rest) {
    rest_.erase(0, consumed);
  } else {
    rest_.assign(bytes.substr(consumed));
  }
  return {};
}

Result<std::size_t, std::string> WebSocketClient::on_head(std::string_view bytes) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  constexpr std::size_t head_bytes_max = 16'384;
  const std::size_t end = bytes.find(end_of_head);
  const bool switched = bytes.starts_with("HTTP/1.1 101");
  if (end == std::string_view::npos && bytes.size() < head_bytes_max) return std::size_t{0};
  if (!switched || end == std::string_view::npos) return "no WebSocket handshake: " + shortened(bytes);
  const std::string_view head = bytes.substr(0, end);
  if (target_.framing == Framing::deflate && head.find("permessage-deflate") == std::string_view::npos) {
    return std::string("the server does not compress");
  }
  state_ = State::opening;
  return end + end_of_head.size();
}

Result<std::size_t, std::string> WebSocketClient::on_frame(std::string_view bytes, Events& events) {
  const auto frame = parse_frame(bytes);
  if (!frame) {
    if (frame.error() == FrameError::incomplete) return std::size_t{0};
    return "the server sent a " + std::string(to_string(frame.error()));
  }
  switch (frame->opcode) {
    case Opcode::text: {
      if (!frame->compressed) {
        if (const auto handled = on_packet(frame->payload, events); !handled) return handled.error();
        break;
      }
      const auto text = inflated(frame->payload);
      if (target_.framing != Framing::deflate || !text)
        return std::string("the server sent a wrongly compressed frame");
      if (const auto handled = on_packet(*text, events); !handled) return handled.error();
      break;
    }
    case Opcode::close:
      if (state_ != State::leaving) return close_reason(frame->payload);
      state_ = State::closed;
      break;
    case Opcode::ping:
      append_frame(out_, Opcode::pong, frame->payload);
      break;
    case Opcode::binary: // an attachment: counted with its packet
    case Opcode::pong:
      break;
  }
  return frame->bytes;
}

} // namespace load
