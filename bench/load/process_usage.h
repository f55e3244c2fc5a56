#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/base/time.h"

// What a process has used, from /proc (proc(5)).
namespace load {

using wire::Duration;

struct Memory {
  std::uint64_t rss_bytes = 0;
  std::uint64_t pss_bytes = 0; // shared pages divided by those who share them
};

// utime + stime of all threads, in clock ticks, from the text of /proc/PID/stat.
std::optional<std::uint64_t> parse_cpu_ticks(std::string_view stat);
// From the text of /proc/PID/smaps_rollup.
std::optional<Memory> parse_memory(std::string_view smaps_rollup);

// The server under load. Throws std::runtime_error when there is no such process, or it belongs to another user.
class ServerProcess {
 public:
  explicit ServerProcess(int pid);
  Duration cpu() const; // since its start; in steps of a clock tick, 10 ms
  Memory memory() const;

 private:
  int pid_;
};

Duration own_cpu();

} // namespace load
