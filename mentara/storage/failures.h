#pragma once

#include <cstdint>

#include "mentara/domain/failure.h"

// What the world's faults are called outside; details go to the log.
namespace mentara::storage {

inline constexpr std::int64_t retry_after_ms = 1000;

inline Failure database_busy() {
  return unavailable("The server has more to store than it can at the moment; try again.", retry_after_ms);
}
inline Failure database_failed() {
  return unavailable("The server cannot store or read at the moment; try again.", retry_after_ms);
}
inline Failure rules_failed() { return {Code::internal, "Something went wrong in the server; it has been logged."}; }

} // namespace mentara::storage
