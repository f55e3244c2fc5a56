#pragma once

#include <atomic>
#include <cstdint>

#include "mentara/domain/time.h"

namespace mentara {

// For tests: a clock that stands still until it is set. Databases read it on threads of their own.
class FakeClock final : public WallClock {
 public:
  UnixTime now() const override { return now_; }

  struct Now {
    std::atomic<std::int64_t> ms = 1'700'000'000'000;
    operator UnixTime() const { return {ms}; }
    void operator=(UnixTime time) { ms = time.ms; }
  } now_;
};

} // namespace mentara
