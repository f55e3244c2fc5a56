#pragma once

#include <cstddef>

#include "wire/base/limits.h"
#include "wire/base/time.h"

namespace wire {

// How far behind a peer may be. An option of a loop, whose connections share it.
struct UnsentLimits {
  std::size_t bytes_soft = limits::unsent_bytes_soft;
  std::size_t bytes_hard = limits::unsent_bytes_hard;
  std::size_t bytes_max = limits::unsent_bytes_max;
  Duration hard_timeout = limits::unsent_hard_timeout;
  // The kernel takes no more beyond these, besides what is on its way: by itself it would take megabytes of each peer
  // that reads nothing, which nobody here counts.
  std::size_t bytes_in_kernel = limits::unsent_bytes_in_kernel;
};

// The verdict on how far a peer is behind, for those who feed it.
enum class Pressure {
  none,
  soft, // more than bytes_soft is unsent: feed it no more that can wait, drop what is ephemeral
  hard, // more than bytes_hard: it is given hard_timeout to catch up
  full, // more than bytes_max: what does not fit must end the connection, not grow it
};

inline Pressure pressure_of(std::size_t unsent_bytes, const UnsentLimits& limits) {
  if (unsent_bytes <= limits.bytes_soft) return Pressure::none;
  if (unsent_bytes <= limits.bytes_hard) return Pressure::soft;
  return unsent_bytes <= limits.bytes_max ? Pressure::hard : Pressure::full;
}

} // namespace wire
