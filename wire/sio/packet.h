#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// The words of Socket.IO protocol 5.
namespace wire::sio {

enum class PacketType : char {
  connect = '0',
  disconnect = '1',
  event = '2',
  ack = '3',
  connect_error = '4',
  binary_event = '5',
  binary_ack = '6',
};

// How packets travel: as Socket.IO's text with attachments behind it, or each as one binary message, which clients with
// socket.io-msgpack-parser speak. A server speaks one of them.
enum class Parser : unsigned char { standard, msgpack };

// The text part of a packet, taken apart; the views borrow from it.
struct Packet {
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id;
  std::string_view json;       // empty: none
  std::size_t attachments = 0; // binary packets that follow
};

// All of them end the connection; which one is told to the log alone.
enum class Error {
  empty_packet,
  invalid_msgpack,
  unknown_type,
  illegal_attachments, // missing, not a number, none, or too many
  id_too_large,        // above 2^53 - 1
  invalid_json,
  json_limit, // depth, number of values, length of a number
  invalid_payload,
  reserved_event_name,
  text_while_binary_expected,
  unexpected_binary,
  illegal_placeholder,
  too_many_bytes,
};
const char* describe(Error error);

} // namespace wire::sio
