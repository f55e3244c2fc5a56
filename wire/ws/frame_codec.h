#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/ws/frame.h"

// RFC 6455 §5, bytes to frames and back.
namespace wire::ws {

// Reads the header at the start of `bytes`. Error::incomplete asks for more of them; anything else is the peer's fault
// and is said as soon as the bytes show it.
Result<FrameHeader, Error> parse_frame_header(std::string_view bytes, Sender sender = Sender::client);

// Masks and unmasks in place, which is the same (§5.3). `offset` is the place of bytes[0] in the frame's payload.
void unmask(std::span<char> bytes, std::uint32_t masking_key, std::uint64_t offset = 0);

// A server's frame header, two to ten bytes; the payload follows it as it is.
void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_bytes, bool fin = true,
                         bool rsv1 = false);

// A client's frame with its payload. `masking_key` should come from a random source.
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t masking_key,
                         bool fin = true, bool rsv1 = false);

// §7.4: a code that a close frame may carry.
bool is_valid_close_code(std::uint16_t code);

CloseCode close_code(Error error);
const char* describe(Error error);

} // namespace wire::ws
