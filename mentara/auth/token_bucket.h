#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "wire/base/time.h"

namespace mentara::auth {

// How much is allowed: so much a second in the long run, and `burst` at once.
struct Rate {
  double per_second;
  double burst;
};

// Full at first. Time is an argument, and never goes back.
class TokenBucket {
 public:
  // True: it was there, and is taken. What costs more than the burst costs the whole of it.
  bool take(const Rate& rate, wire::TimePoint now, double cost = 1) {
    refill(rate, now);
    cost = std::min(cost, rate.burst);
    if (missing_ + cost > rate.burst) return false;
    missing_ += cost;
    return true;
  }
  // So much was taken where nobody could ask this bucket. It may owe as much as it can hold, and no more: whoever says
  // so is believed only so far.
  void take_elsewhere(const Rate& rate, wire::TimePoint now, double amount) {
    refill(rate, now);
    missing_ = std::min(missing_ + amount, 2 * rate.burst);
  }
  // After a refusal: how long until the same would be allowed.
  std::chrono::milliseconds wait(const Rate& rate, double cost = 1) const {
    const double lacks = missing_ + std::min(cost, rate.burst) - rate.burst;
    return std::chrono::milliseconds(static_cast<std::int64_t>(lacks / rate.per_second * 1000) + 1);
  }

 private:
  void refill(const Rate& rate, wire::TimePoint now) {
    if (now <= at_) return;
    const std::chrono::duration<double> passed = now - at_;
    missing_ = std::max(0.0, missing_ - passed.count() * rate.per_second);
    at_ = now;
  }

  double missing_ = 0;
  wire::TimePoint at_{};
};

} // namespace mentara::auth
