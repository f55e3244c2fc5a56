#pragma once

#include <optional>
#include <string>

#include "bench/load/histogram.h"
#include "bench/load/options.h"
#include "bench/load/process_usage.h"

namespace load {

// What a run measured. Seconds of CPU and wall time are those of the measured window, without the warm-up.
struct Report {
  double seconds = 0;
  std::uint64_t operations = 0;
  std::uint64_t failures = 0;
  std::string first_failure; // what came instead
  std::uint64_t events = 0;  // received beside the operations
  Histogram latency_ns;
  double generator_cpu_s = 0;

  // Only with --server-pid.
  std::optional<double> server_cpu_s;
  std::size_t connections_held = 0;    // 0: memory was not measured
  std::optional<Memory> memory_before; // the first connection
  std::optional<Memory> memory_opened; // when all were open; in mode idle at the end
};

// Bytes per connection; negative when the server gave memory back meanwhile.
double memory_per_connection(std::uint64_t before, std::uint64_t after, std::size_t connections);

std::string to_text(const Options& options, const Report& report); // for a person, several lines
std::string to_json(const Options& options, const Report& report); // one line

} // namespace load
