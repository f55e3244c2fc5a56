#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mentara {

// A place in the log: everything durable up to `position` has been seen. Positions are dense and rise in commit order;
// `epoch` is random and stored with the log, so that a cursor of another history is recognised.
struct Cursor {
  std::string epoch;
  std::int64_t position = 0;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// What clients see; opaque to them.
std::string to_text(const Cursor& cursor);
std::optional<Cursor> cursor_from_text(std::string_view text); // none: no text of ours

} // namespace mentara
