#pragma once

namespace wire {

[[noreturn]] void check_failed(const char* what, const char* file, int line);

// For what can only be false when we were wrong. Stays on in release builds: a server that goes on with a broken
// invariant loses more than a restart does. (The caller's place comes from builtins, because clang 14, which builds the
// fuzz targets, has no std::source_location.)
inline void check(bool holds, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!holds) [[unlikely]]
    check_failed(what, file, line);
}

} // namespace wire
