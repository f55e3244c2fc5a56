#pragma once

#include <optional>

#include "mentara/domain/time.h"
#include "wire/base/time.h"

namespace mentara::auth {

// When a live connection is told that its token ends, and when it is ended for it. Wall time is looked at once, when a
// token arrives: a clock that jumps later ends nobody (threats J9).
class TokenLife {
 public:
  static constexpr wire::Duration notice = wire::seconds(60); // before the token's end
  static constexpr wire::Duration grace = wire::seconds(10);  // after it

  enum class Step { wait, expiring, expired };

  void begin(UnixTime expires_at, UnixTime wall_now, wire::TimePoint now); // again with each new token
  Step on_tick(wire::TimePoint now); // `expiring` once for each token, then `expired` once
  std::optional<wire::TimePoint> wake_at() const { return wake_at_; }

 private:
  wire::TimePoint ends_at_{}; // with grace
  std::optional<wire::TimePoint> wake_at_{};
  bool told_ = false;
};

} // namespace mentara::auth
