#pragma once

#include <cstdint>
#include <string>

namespace mentara {

// A place in the log: everything durable up to `position` has been seen. Positions are dense and rise in commit order;
// `epoch` is random and stored with the log, so that a cursor of another history is recognised.
struct Cursor {
  std::string epoch;
  std::int64_t position = 0;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// What clients see; opaque to them.
inline std::string to_text(const Cursor& cursor) { return cursor.epoch + '.' + std::to_string(cursor.position); }

} // namespace mentara
