#include "wire/sio/ack.h"

#include <utility>

#include "wire/sio/socket.h"

namespace wire::sio {

Ack::Ack(Ack&& other) noexcept
    : socket_(std::move(other.socket_)), id_(other.id_), wanted_(std::exchange(other.wanted_, false)) {}

Ack& Ack::operator=(Ack&& other) noexcept {
  socket_ = std::move(other.socket_);
  id_ = other.id_;
  wanted_ = std::exchange(other.wanted_, false);
  return *this;
}

void Ack::send(const Payload& payload) {
  if (!std::exchange(wanted_, false)) return;
  if (const auto socket = socket_.lock(); socket && socket->connected()) {
    socket->send_packet(PacketType::ack, id_, std::nullopt, payload);
  }
}

} // namespace wire::sio
