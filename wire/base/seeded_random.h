#pragma once

#include <cstdint>

namespace wire {

// For tests alone: while one of these lives, what is random on this thread comes from its seed, so that a run can be
// repeated. The innermost one counts.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed);
  ~SeededRandom();
  SeededRandom(const SeededRandom&) = delete;
  SeededRandom& operator=(const SeededRandom&) = delete;

  std::uint64_t next();

 private:
  std::uint64_t state_;
  SeededRandom* const outer_;
};

} // namespace wire
