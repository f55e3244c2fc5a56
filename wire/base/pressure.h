#pragma once

#include <cstddef>

#include "wire/base/limits.h"

namespace wire {

// The verdict on how far a peer is behind, for those who feed it.
enum class Pressure {
  none,
  soft, // more than unsent_bytes_soft is unsent: feed it no more that can wait, drop what is ephemeral
  hard, // more than unsent_bytes_hard: it is given unsent_hard_timeout to catch up
  full, // more than unsent_bytes_max: what does not fit must end the connection, not grow it
};

inline Pressure pressure_of(std::size_t unsent_bytes) {
  if (unsent_bytes <= limits::unsent_bytes_soft) return Pressure::none;
  if (unsent_bytes <= limits::unsent_bytes_hard) return Pressure::soft;
  return unsent_bytes <= limits::unsent_bytes_max ? Pressure::hard : Pressure::full;
}

} // namespace wire
