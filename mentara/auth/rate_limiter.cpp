#include "mentara/auth/rate_limiter.h"

namespace mentara::auth {

std::optional<std::chrono::milliseconds> RateLimiter::take(std::string_view key, wire::TimePoint now, double cost) {
  return buckets_.with(key, [&](TokenBucket& bucket) -> std::optional<std::chrono::milliseconds> {
    if (bucket.take(rate_, now, cost)) return std::nullopt;
    return bucket.wait(rate_, cost);
  });
}

} // namespace mentara::auth
