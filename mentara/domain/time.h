#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mentara {

// Wall time as it is stored and shown: milliseconds since 1970-01-01T00:00:00Z. Never used for order or timeouts
// (threats F11).
struct UnixTime {
  std::int64_t ms = 0;
  friend auto operator<=>(const UnixTime&, const UnixTime&) = default;
};

std::string to_iso8601(UnixTime time); // 2026-01-31T23:59:59.123Z
// As above; the fraction may be left out or have 1 to 9 digits. None: it is not a time in UTC.
std::optional<UnixTime> parse_iso8601(std::string_view text);
void append_iso8601(std::string& out, UnixTime time);

// Where wall time comes from; a test passes its own.
class WallClock {
 public:
  virtual ~WallClock() = default;
  virtual UnixTime now() const = 0; // any thread
};

class SystemWallClock final : public WallClock {
 public:
  UnixTime now() const override;
};
const WallClock& system_wall_clock();

} // namespace mentara
