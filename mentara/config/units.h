#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Numbers as people write them. Each parse takes the whole text or nothing.
namespace mentara {

std::optional<std::int64_t> parse_whole_number(std::string_view text); // "42"; no sign, no spaces

// "250ms", "10s", "5m", "24h", "30d". The unit is required, since a bare number reads as seconds to one and as
// milliseconds to another; only "0" needs none.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string to_text(std::chrono::milliseconds duration); // in the largest unit that is exact

// Bytes: "1000000", "64KB" (1000), "64KiB" (1024), also MB, MiB, GB, GiB.
std::optional<std::int64_t> parse_size(std::string_view text);

} // namespace mentara
