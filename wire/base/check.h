#pragma once

#include <source_location>

namespace wire {

[[noreturn]] void check_failed(const char* what, const std::source_location& where);

// For what can only be false when we were wrong. Stays on in release builds: a server that goes on with a broken
// invariant loses more than a restart does.
inline void check(bool holds, const char* what, const std::source_location& where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    check_failed(what, where);
}

} // namespace wire
