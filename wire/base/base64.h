#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wire {

// RFC 4648 §4, padded.
std::string base64_encode(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
// RFC 4648 §5, without padding.
std::string base64url_encode(std::string_view bytes);

// As Node's Buffer reads base64: both alphabets, foreign characters skipped, ends at '='. Never fails.
std::string base64_decode_lenient(std::string_view text);
// Only the URL alphabet, no padding, no spare bits: the one spelling that base64url_encode gives (RFC 7515 §2).
std::optional<std::string> base64url_decode_strict(std::string_view text);

} // namespace wire
