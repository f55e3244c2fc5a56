#include "mentara/auth/rate_limiter.h"

#include <algorithm>

namespace mentara::auth {

RateLimiter::RateLimiter(Rate rate, std::size_t keys_max)
    : rate_(rate), keys_per_shard_max_(std::max<std::size_t>(1, keys_max / shards)) {}

std::optional<std::chrono::milliseconds> RateLimiter::take(std::string_view key, wire::TimePoint now, double cost) {
  Shard& shard = shards_[hash_(key) % shards];
  const std::lock_guard guard(shard.lock);
  const auto found = shard.by_key.find(key);
  if (found != shard.by_key.end()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  } else {
    if (shard.entries.size() >= keys_per_shard_max_) {
      shard.by_key.erase(shard.entries.back().key);
      shard.entries.pop_back();
    }
    shard.entries.push_front({std::string(key), {}});
    shard.by_key.emplace(shard.entries.front().key, shard.entries.begin());
  }
  TokenBucket& bucket = shard.entries.front().bucket;
  if (bucket.take(rate_, now, cost)) return std::nullopt;
  return bucket.wait(rate_, cost);
}

std::size_t RateLimiter::keys() const {
  std::size_t keys = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard guard(shard.lock);
    keys += shard.entries.size();
  }
  return keys;
}

} // namespace mentara::auth
