#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mentara/auth/recent_keys.h"
#include "mentara/auth/shared_limit.h"
#include "mentara/auth/token_bucket.h"
#include "mentara/auth/untold.h"
#include "mentara/domain/failure.h"
#include "mentara/limits.h"

namespace mentara::auth {

// How often whoever is at one address may show a token that is refused (threats J10). Failures alone are counted: a
// good token is good also where others guess (R2), unless so many guess that looking at them would cost too much.
// `address` as wire::Address::limited_as() spells it. Any thread.
class FailureBudget final : public SharedLimit {
 public:
  using Wait = std::optional<std::chrono::milliseconds>; // none: there is nothing to wait for

  explicit FailureBudget(std::int64_t per_minute, std::size_t addresses_max = limits::rate_limited_keys_max)
      : rate_{static_cast<double>(per_minute) / 60, static_cast<double>(per_minute)}, addresses_(addresses_max) {}

  // Before a token is looked at: how long to wait instead.
  Wait before_try(std::string_view address, wire::TimePoint now);
  // A token was refused. None: it may be told why. Else there were too many, and each that comes before its time
  // doubles the wait.
  Wait failed(std::string_view address, wire::TimePoint now);

  void share() override { untold_.emplace(rate_); }
  std::vector<Taken> collect() override;
  void take_elsewhere(std::string_view address, wire::TimePoint now, double failures) override;

  std::size_t addresses() const { return addresses_.size(); } // that failed lately

 private:
  struct State {
    TokenBucket failures{};
    TokenBucket tries{};
    wire::TimePoint over_until{}; // the budget is used up
    wire::Duration wait{};
    Untold untold{};
  };

  const Rate rate_;
  RecentKeys<State> addresses_;
  std::optional<UntoldKeys> untold_; // none: it is not shared
};

// What whoever has to wait is told.
Failure too_many_failures(std::chrono::milliseconds wait);

} // namespace mentara::auth
