#include "bench/load/client.h"

#include <algorithm>

#include "wire/base/check.h"

namespace load {
namespace {

std::string shortened(std::string_view text) {
  constexpr std::size_t shown_bytes = 300;
  return text.size() <= shown_bytes ? std::string(text) : std::string(text.substr(0, shown_bytes)) + " …";
}

std::string close_reason(std::string_view payload) {
  if (payload.size() < 2) return "the server closed the connection without a code";
  const int code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  return "the server closed the connection with code " + std::to_string(code) + " " + std::string(payload.substr(2));
}

} // namespace

Client::Client(const Target& target, std::string_view auth) : target_(target), auth_(auth) {
  out_ = "GET " + target_.path + "?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + target_.host +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

void Client::leave() {
  append_frame(out_, Opcode::text, disconnect_packet(target_.nsp));
  append_frame(out_, Opcode::close, {});
  state_ = State::leaving;
}

Result<void, std::string> Client::on_bytes(std::string_view bytes, Events& events) {
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

Result<std::size_t, std::string> Client::on_head(std::string_view bytes) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  constexpr std::size_t head_bytes_max = 16'384;
  const std::size_t end = bytes.find(end_of_head);
  const bool switched = bytes.starts_with("HTTP/1.1 101");
  if (end == std::string_view::npos && bytes.size() < head_bytes_max) return std::size_t{0};
  if (!switched || end == std::string_view::npos) return "no WebSocket handshake: " + shortened(bytes);
  state_ = State::opening;
  return end + end_of_head.size();
}

Result<std::size_t, std::string> Client::on_frame(std::string_view bytes, Events& events) {
  const auto frame = parse_frame(bytes);
  if (!frame) {
    if (frame.error() == FrameError::incomplete) return std::size_t{0};
    return "the server sent a " + std::string(to_string(frame.error()));
  }
  switch (frame->opcode) {
    case Opcode::text: {
      const auto packet = parse_packet(frame->payload);
      if (!packet) return std::string(to_string(packet.error())) + ": " + shortened(frame->payload);
      if (const auto handled = on_packet(*packet, events); !handled) return handled.error();
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

Result<void, std::string> Client::on_packet(const Packet& packet, Events& events) {
  if (packet.type == PacketType::ping) {
    append_frame(out_, Opcode::text, "3");
    return {};
  }
  if (state_ == State::leaving) return {};
  switch (packet.type) {
    case PacketType::open:
      if (state_ != State::opening) return std::string("a second open packet");
      append_frame(out_, Opcode::text, connect_packet(target_.nsp, auth_));
      state_ = State::connecting;
      return {};
    case PacketType::connect:
      if (state_ != State::connecting || packet.nsp != target_.nsp) return std::string("an unexpected CONNECT");
      state_ = State::connected;
      events.on_connected();
      return {};
    case PacketType::connect_error:
      return "the server refused the namespace: " + shortened(packet.data);
    case PacketType::event:
      events.on_event(packet.data);
      return {};
    case PacketType::ack:
      events.on_ack(*packet.ack_id, packet.data);
      return {};
    case PacketType::disconnect:
      return std::string("the server disconnected the namespace");
    case PacketType::close:
      return std::string("the server closed the Engine.IO session");
    case PacketType::ping:
    case PacketType::noop:
      return {};
  }
  return {};
}

} // namespace load
