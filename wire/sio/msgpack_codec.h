#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/result.h"
#include "wire/sio/packet.h"

// The format of socket.io-msgpack-parser: each packet is one binary message, a MessagePack map
// {type: 0…4, nsp, data?, id?}. Here its data is told as JSON and attachments (msgpack_value.h), as with the standard
// parser.
namespace wire::sio {

// `nsp` of the packet borrows from `bytes`, `json` from `json`. The JSON has the depth and the number of values that
// limits.h allows; whether it is an array or has a key twice is the decoder's to ask.
Result<Packet, Error> parse_msgpack_packet(std::string_view bytes, std::string& json,
                                           std::vector<std::string>& attachments);

// `json` is trusted to be valid, as everything that is sent: an array for events and acks, an object for connect and
// connect_error, nothing for disconnect. Placeholders in it become the bytes that they stand for.
void append_msgpack_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                           std::string_view json, std::span<const std::string> attachments = {});

} // namespace wire::sio
