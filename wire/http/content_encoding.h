#pragma once

#include <optional>
#include <string>
#include <string_view>

// Compressed answers (RFC 9110 §8.4, §12.5.3), by zlib.
namespace wire::http {

enum class ContentEncoding { gzip, deflate };
std::string_view to_string(ContentEncoding encoding); // as in Content-Encoding

// The one of the two that the value of Accept-Encoding prefers; gzip where it does not care. None: neither is named, or
// both are ruled out by "q=0".
std::optional<ContentEncoding> negotiate_encoding(std::string_view accept_encoding);

std::string compress(ContentEncoding encoding, std::string_view bytes);

} // namespace wire::http
