#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mentara/config/config.h"

// What this machine means for a server with this configuration, before it runs (`mentara doctor`).
namespace mentara::ops {

struct Machine {
  std::uint64_t descriptors = 0;      // of a process, as this one was started
  std::uint64_t descriptors_hard = 0; // what it may be raised to
  std::optional<std::int64_t> somaxconn{};
  std::optional<std::int64_t> syn_backlog{};
  unsigned cores = 1;
  std::optional<std::chrono::microseconds> fsync{}; // the median in the data directory; none: it cannot be written
  std::string fsync_error{};
  std::optional<bool> clock_synchronized{};
  std::string tls_error{};                      // why the certificate and its key cannot be used; empty: they can
  std::optional<std::int64_t> tls_expires_in{}; // seconds, of the certificate; none: TLS is off, or there is an error
  std::optional<std::uint64_t> free_bytes{};    // on the disk of the data directory
};

// Writes a file of some KiB into the data directory, if there is one, and removes it.
Machine look_at_machine(const Config& config);

struct Finding {
  enum class Kind { good, note, bad };
  Kind kind;
  std::string text; // what it is, what that means, and what to do if it is not good
};
std::vector<Finding> examine(const Machine& machine, const Config& config);

} // namespace mentara::ops
