#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/net/write_queue.h"

// The words of Engine.IO protocol 4 (EIO=4).
namespace wire::eio {

enum class PacketType : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6'
};

// As received. `data` borrows from the received bytes: use it before the next read.
struct Packet {
  PacketType type = PacketType::message;
  std::string_view data;
  bool binary = false; // only messages are
};

// A message that was encoded once and goes to any number of sessions; immutable. Over WebSocket the frame is written as
// it stands, over polling its packet is copied.
struct SharedPacket {
  net::SharedBytes frame;        // a whole unmasked WebSocket frame
  std::uint8_t header_bytes = 0; // of that frame
  bool binary = false;
  bool compress = true; // false: this one is not to be deflated or gzipped

  // "4…" of a text message, or the bytes of a binary one.
  std::string_view packet() const { return std::string_view(*frame).substr(header_bytes); }
};

enum class Error {
  empty_packet,
  unknown_type,
  too_many_packets,
};

enum class CloseReason {
  transport_close,
  transport_error,
  ping_timeout,
  parse_error,
  forced_close,
  server_shutting_down
};
std::string_view to_string(CloseReason reason); // the field's words: "transport close"

enum class TransportName { polling, websocket };
std::string_view to_string(TransportName name);

// What an HTTP request to the path can be answered with: `code` and `message` of protocol 4.
enum class RequestError {
  transport_unknown = 0,
  session_id_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  forbidden = 4,
  unsupported_protocol_version = 5,
  too_many_requests = 6, // ours: HTTP 429
};
std::string_view to_string(RequestError error); // "Transport unknown"

} // namespace wire::eio
