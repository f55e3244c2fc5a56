#include "bench/load/client.h"

#include "bench/load/polling_client.h"
#include "bench/load/websocket_client.h"

namespace load {

std::string shortened(std::string_view text) {
  constexpr std::size_t shown_bytes = 300;
  return text.size() <= shown_bytes ? std::string(text) : std::string(text.substr(0, shown_bytes)) + " …";
}

std::unique_ptr<Client> make_client(const Target& target, std::string_view auth) {
  if (target.framing == Framing::polling) return std::make_unique<PollingClient>(target, auth);
  return std::make_unique<WebSocketClient>(target, auth);
}

Result<void, std::string> Client::on_packet(std::string_view text, Events& events) {
  const auto packet = parse_packet(text);
  if (!packet) return std::string(to_string(packet.error())) + ": " + shortened(text);
  if (packet->type == PacketType::ping) {
    send_packet("3");
    return {};
  }
  if (state_ == State::leaving) return {};
  switch (packet->type) {
    case PacketType::open:
      if (state_ != State::opening) return std::string("a second open packet");
      send_packet(connect_packet(target_.nsp, auth_));
      state_ = State::connecting;
      return {};
    case PacketType::connect:
      if (state_ != State::connecting || packet->nsp != target_.nsp) return std::string("an unexpected CONNECT");
      state_ = State::connected;
      events.on_connected();
      return {};
    case PacketType::connect_error:
      return "the server refused the namespace: " + shortened(packet->data);
    case PacketType::event:
      events.on_event(packet->data);
      return {};
    case PacketType::ack:
      events.on_ack(*packet->ack_id, packet->data);
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
