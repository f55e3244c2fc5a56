#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/simulation/scheduler.h"

namespace mentara::simulation {

// All that happened, as a digest; line by line where a person wants to read it. One seed has one history.
class History {
 public:
  History(const Scheduler& time, bool verbose) : time_(time), verbose_(verbose) {}

  bool verbose() const { return verbose_; }
  void add(std::string_view who, std::string_view what);
  std::uint64_t digest() const { return digest_; }
  std::uint64_t lines() const { return lines_; }

 private:
  const Scheduler& time_;
  const bool verbose_;
  std::uint64_t digest_ = 0xcbf29ce484222325u;
  std::uint64_t lines_ = 0;
};

// Whose turn it is, for the lines that the nodes log: a name that lives long, or null.
inline thread_local const char* whose_turn = nullptr;

std::uint64_t hash_of(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u); // FNV-1a

} // namespace mentara::simulation
