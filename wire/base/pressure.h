#pragma once

namespace wire {

// The verdict on how far a peer is behind, for those who feed it.
enum class Pressure {
  none,
  soft, // more than unsent_bytes_soft is unsent: feed it no more that can wait, drop what is ephemeral
  hard, // more than unsent_bytes_hard: what does not fit must end the connection, not grow it
};

} // namespace wire
