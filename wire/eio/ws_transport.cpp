#include "wire/eio/ws_transport.h"

#include <utility>

#include "wire/base/base64.h"
#include "wire/eio/packet_codec.h"
#include "wire/ws/frame_codec.h"

namespace wire::eio {

WsTransport::WsTransport(std::shared_ptr<net::Connection> connection, Session& session,
                         const ws::SessionOptions& options, bool base64, std::unique_ptr<ws::Deflate> deflate)
    : connection_(std::move(connection)), session_(session), frames_(options, std::move(deflate)), base64_(base64) {}

WsTransport::~WsTransport() {
  if (connection_->open()) connection_->abort();
}

void WsTransport::start() {
  role_ = Role::main;
  connection_->set_handler(*this);
}

void WsTransport::start_probe(ProbeListener& listener) {
  role_ = Role::probing;
  listener_ = &listener;
  connection_->set_handler(*this);
}

// --- out ---

void WsTransport::send(PacketType type, std::string_view data) {
  if (!frames_.is_open()) return;
  if (frames_.deflate()) return send_compressed(ws::Opcode::text, std::string(1, static_cast<char>(type)).append(data));
  connection_->send_with([&](std::string& out) {
    ws::append_frame_header(out, ws::Opcode::text, 1 + data.size());
    out += static_cast<char>(type);
    out += data;
  });
}

void WsTransport::send_binary(std::string_view bytes) {
  if (!frames_.is_open()) return;
  const std::string text = base64_ ? "b" + base64_encode(bytes) : std::string();
  const auto opcode = base64_ ? ws::Opcode::text : ws::Opcode::binary;
  const std::string_view packet = base64_ ? text : bytes;
  if (frames_.deflate()) return send_compressed(opcode, packet);
  connection_->send_with([&](std::string& out) {
    ws::append_frame_header(out, opcode, packet.size());
    out += packet;
  });
}

void WsTransport::send_compressed(ws::Opcode opcode, std::string_view packet) {
  connection_->send_with([&](std::string& out) { frames_.deflate()->append_frame(out, opcode, packet); });
}

void WsTransport::send(const SharedPacket& packet) {
  if (!frames_.is_open()) return;
  if (packet.binary && base64_) return send_binary(packet.packet());
  if (frames_.deflate() && packet.compress) {
    const auto opcode = packet.binary ? ws::Opcode::binary : ws::Opcode::text;
    return connection_->send(frames_.deflate()->shared_frame(packet.frame, opcode, packet.packet()));
  }
  connection_->send(packet.frame); // an uncompressed frame is good for every client (RFC 7692 §6)
}

void WsTransport::set_farewell(Farewell farewell) {
  switch (farewell) {
    case Farewell::none:
      close_code_ = ws::CloseCode::no_status;
      break;
    case Farewell::blame:
      close_code_ = ws::CloseCode::policy_violation;
      break;
    case Farewell::restart:
      close_code_ = ws::CloseCode::service_restart;
      break;
  }
}

bool WsTransport::close() {
  frames_.close(close_code_, {}, connection_->loop().now(), *this);
  connection_->close(); // flushes, then waits a moment for the peer's answer and its end
  cancel();
  return true;
}

void WsTransport::abort() {
  // The peer is told even so, unless it does not read.
  if (connection_->unsent_bytes() == 0) {
    close();
  } else {
    connection_->abort();
    cancel();
  }
}

// --- in ---

void WsTransport::on_bytes(std::span<char> bytes) {
  frames_.on_bytes(bytes, connection_->loop().now(), *this);
  watch_deadline();
}

void WsTransport::watch_deadline() {
  if (armed() || !connection_->open()) return;
  const TimePoint deadline = frames_.deadline();
  if (deadline != TimePoint::max()) connection_->loop().timers().arm(*this, deadline);
}

void WsTransport::on_timer(TimePoint now) {
  frames_.on_tick(now, *this);
  watch_deadline();
}

void WsTransport::send(std::string_view frame) { connection_->send(frame); }

void WsTransport::on_text(std::string_view text) {
  std::string scratch;
  const auto packet = parse_packet(text, scratch);
  if (packet) return on_packet(*packet);
  if (role_ == Role::main) {
    session_.on_decode_error();
  } else {
    lost(CloseReason::parse_error);
  }
}

void WsTransport::on_binary(std::string_view bytes) { on_packet({PacketType::message, bytes, true}); }

void WsTransport::on_packet(const Packet& packet) {
  if (role_ == Role::main) [[likely]] {
    session_.on_packet(packet, connection_->loop().now());
  } else {
    on_probe_packet(packet);
  }
}

void WsTransport::on_probe_packet(const Packet& packet) {
  if (packet.type == PacketType::ping && packet.data == "probe" && role_ == Role::probing) {
    role_ = Role::probed;
    send(PacketType::pong, "probe");
    session_.on_probe();
  } else if (packet.type == PacketType::upgrade) {
    role_ = Role::main;
    std::exchange(listener_, nullptr)->on_probe_upgraded();
  } else {
    lost(CloseReason::parse_error);
  }
}

void WsTransport::on_flush() {
  if (role_ == Role::main) session_.on_flush();
}

void WsTransport::on_drained() {
  if (role_ == Role::main) session_.on_drained();
}

void WsTransport::on_closed(net::CloseCause cause) {
  cancel();
  lost(cause == net::CloseCause::peer_closed ? CloseReason::transport_close : CloseReason::transport_error);
}

void WsTransport::on_closed(const ws::Closed& closed) {
  if (closed.by == ws::ClosedBy::application) return; // close() goes on by itself
  lost(closed.by == ws::ClosedBy::peer ? CloseReason::transport_close : CloseReason::transport_error);
}

void WsTransport::lost(CloseReason reason) {
  close();
  if (role_ == Role::main) {
    role_ = Role::idle;
    session_.on_transport_closed(reason);
  } else if (ProbeListener* listener = std::exchange(listener_, nullptr)) {
    listener->on_probe_closed();
  }
}

} // namespace wire::eio
