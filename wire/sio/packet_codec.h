#pragma once

#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/sio/packet.h"

namespace wire::sio {

// The grammar `<type>[<attachments>-][<nsp>,][<id>][<json>]`; the JSON itself is looked at by the decoder. One pass
// over views, with bounded numbers (threats E2).
Result<Packet, Error> parse_packet(std::string_view text, std::size_t attachments_max);

// Everything before the JSON.
void append_packet_header(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> id = {},
                          std::size_t attachments = 0);

// Names that neither side may emit: a listener could not tell them from its own library's events.
bool is_reserved_event(std::string_view name);

} // namespace wire::sio
