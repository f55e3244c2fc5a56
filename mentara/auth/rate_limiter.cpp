#include "mentara/auth/rate_limiter.h"

namespace mentara::auth {

std::optional<std::chrono::milliseconds> RateLimiter::take(std::string_view key, wire::TimePoint now, double cost) {
  return buckets_.with(key, [&](State& state) -> std::optional<std::chrono::milliseconds> {
    if (!state.bucket.take(rate_, now, cost)) return state.bucket.wait(rate_, cost);
    if (untold_) untold_->on_taken(key, state.untold, now, cost);
    return std::nullopt;
  });
}

std::vector<Taken> RateLimiter::collect() {
  if (!untold_) return {};
  return auth::collect(*untold_, buckets_, [](State& state) -> Untold& { return state.untold; });
}

void RateLimiter::take_elsewhere(std::string_view key, wire::TimePoint now, double amount) {
  buckets_.with(key, [&](State& state) { state.bucket.take_elsewhere(rate_, now, amount); });
}

} // namespace mentara::auth
