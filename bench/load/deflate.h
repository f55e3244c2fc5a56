#pragma once

#include <optional>
#include <string>
#include <string_view>

// Payloads of permessage-deflate (RFC 7692 §7.2) without context takeover, so that each stands alone.
namespace load {

std::string deflated(std::string_view message);
std::optional<std::string_view> inflated(std::string_view payload); // until the next call; none: it is wrong

} // namespace load
