#include "mentara/auth/token_life.h"

#include <algorithm>
#include <chrono>

namespace mentara::auth {

void TokenLife::begin(UnixTime expires_at, UnixTime wall_now, wire::TimePoint now) {
  // An `exp` at the end of time must not overflow the steady clock.
  constexpr std::int64_t far_ms = std::chrono::milliseconds(std::chrono::hours(24 * 365 * 10)).count();
  const std::chrono::milliseconds left(std::min(expires_at.ms - wall_now.ms, far_ms));
  ends_at_ = now + left + grace;
  wake_at_ = std::max(now, now + left - notice);
  told_ = false;
}

TokenLife::Step TokenLife::on_tick(wire::TimePoint now) {
  if (!wake_at_ || now < *wake_at_) return Step::wait;
  if (!told_) {
    told_ = true;
    wake_at_ = ends_at_;
    return Step::expiring;
  }
  wake_at_.reset();
  return Step::expired;
}

} // namespace mentara::auth
