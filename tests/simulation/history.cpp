#include "tests/simulation/history.h"

#include <cstdio>

namespace mentara::simulation {

std::uint64_t hash_of(std::string_view text, std::uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

void History::add(std::string_view who, std::string_view what) {
  const std::int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - Scheduler::begin).count();
  ++lines_;
  digest_ = hash_of(std::to_string(us), digest_);
  digest_ = hash_of(who, digest_);
  digest_ = hash_of(what, digest_);
  if (!verbose_) return;
  std::printf("%10.6f %-12.*s %.*s\n", static_cast<double>(us) / 1e6, static_cast<int>(who.size()), who.data(),
              static_cast<int>(what.size()), what.data());
}

} // namespace mentara::simulation
