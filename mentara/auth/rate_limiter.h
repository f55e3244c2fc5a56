#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "mentara/auth/recent_keys.h"
#include "mentara/auth/shared_limit.h"
#include "mentara/auth/token_bucket.h"
#include "mentara/auth/untold.h"
#include "mentara/limits.h"

namespace mentara::auth {

// A bucket for each key, such as a user, whatever loops he comes to. Those that are forgotten (RecentKeys) were quiet
// for longest, so that their buckets had the most time to fill. Any thread.
class RateLimiter final : public SharedLimit {
 public:
  explicit RateLimiter(Rate rate, std::size_t keys_max = limits::rate_limited_keys_max)
      : rate_(rate), buckets_(keys_max) {}

  // None: allowed, and counted. Else how long until it would be.
  std::optional<std::chrono::milliseconds> take(std::string_view key, wire::TimePoint now, double cost = 1);

  void share() override { untold_.emplace(rate_); }
  std::vector<Taken> collect() override;
  void take_elsewhere(std::string_view key, wire::TimePoint now, double amount) override;

  std::size_t keys() const { return buckets_.size(); }

 private:
  struct State {
    TokenBucket bucket{};
    Untold untold{};
  };

  const Rate rate_;
  RecentKeys<State> buckets_;
  std::optional<UntoldKeys> untold_; // none: it is not shared
};

} // namespace mentara::auth
