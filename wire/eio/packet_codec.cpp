#include "wire/eio/packet_codec.h"

#include "wire/base/base64.h"
#include "wire/ws/frame_codec.h"

namespace wire::eio {

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::transport_close:
      return "transport close";
    case CloseReason::transport_error:
      return "transport error";
    case CloseReason::ping_timeout:
      return "ping timeout";
    case CloseReason::parse_error:
      return "parse error";
    case CloseReason::forced_close:
      return "forced close";
    case CloseReason::server_shutting_down:
      return "server shutting down";
  }
  return "transport close";
}

std::string_view to_string(TransportName name) { return name == TransportName::polling ? "polling" : "websocket"; }

std::string_view to_string(RequestError error) {
  switch (error) {
    case RequestError::transport_unknown:
      return "Transport unknown";
    case RequestError::session_id_unknown:
      return "Session ID unknown";
    case RequestError::bad_handshake_method:
      return "Bad handshake method";
    case RequestError::bad_request:
      return "Bad request";
    case RequestError::forbidden:
      return "Forbidden";
    case RequestError::unsupported_protocol_version:
      return "Unsupported protocol version";
    case RequestError::too_many_requests:
      return "Too many requests";
  }
  return "Bad request";
}

Result<Packet, Error> parse_packet(std::string_view text, std::string& scratch) {
  if (text.empty()) return Error::empty_packet;
  if (text[0] == 'b') {
    scratch = base64_decode_lenient(text.substr(1));
    return Packet{PacketType::message, scratch, true};
  }
  if (text[0] < '0' || text[0] > '6') return Error::unknown_type;
  return Packet{static_cast<PacketType>(text[0]), text.substr(1), false};
}

Result<Packet, Error> PayloadReader::next() {
  if (packets_left_-- == 0) {
    ended_ = true;
    return Error::too_many_packets;
  }
  const std::size_t end = rest_.find(separator);
  const std::string_view text = rest_.substr(0, end);
  if (end == std::string_view::npos) {
    ended_ = true;
  } else {
    rest_.remove_prefix(end + 1);
  }
  auto packet = parse_packet(text, scratch_);
  if (!packet) ended_ = true;
  return packet;
}

void append_to_payload(std::string& payload, std::string_view packet, bool binary) {
  if (!payload.empty()) payload += separator;
  if (binary) {
    payload += 'b';
    append_base64(payload, packet);
  } else {
    payload += packet;
  }
}

namespace {

SharedPacket share(ws::Opcode opcode, std::string_view prefix, std::string_view data) {
  auto frame = std::make_shared<std::string>();
  frame->reserve(ws::frame_header_bytes_max + prefix.size() + data.size());
  ws::append_frame_header(*frame, opcode, prefix.size() + data.size());
  SharedPacket packet;
  packet.header_bytes = static_cast<std::uint8_t>(frame->size());
  packet.binary = opcode == ws::Opcode::binary;
  frame->append(prefix).append(data);
  packet.frame = std::move(frame);
  return packet;
}

} // namespace

SharedPacket share_text(std::string_view message) { return share(ws::Opcode::text, "4", message); }
SharedPacket share_binary(std::string_view bytes) { return share(ws::Opcode::binary, "", bytes); }

} // namespace wire::eio
