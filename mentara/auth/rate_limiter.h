#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mentara/auth/token_bucket.h"
#include "mentara/limits.h"
#include "wire/base/hash.h"

namespace mentara::auth {

// A bucket for each key, such as a user, whatever loops he comes to. The table is bounded: beyond `keys_max` those that
// were quiet for longest are forgotten, whose buckets have had the most time to fill. Any thread.
class RateLimiter {
 public:
  explicit RateLimiter(Rate rate, std::size_t keys_max = limits::rate_limited_keys_max);

  // None: allowed, and counted. Else how long until it would be.
  std::optional<std::chrono::milliseconds> take(std::string_view key, wire::TimePoint now, double cost = 1);

  std::size_t keys() const;

 private:
  struct Entry {
    std::string key;
    TokenBucket bucket;
  };
  struct Shard { // so that loops rarely wait for each other
    mutable std::mutex lock;
    std::list<Entry> entries; // the one that was used last in front
    std::unordered_map<std::string_view, std::list<Entry>::iterator, wire::SeededHash> by_key;
  };
  static constexpr std::size_t shards = 16;

  const Rate rate_;
  const std::size_t keys_per_shard_max_;
  const wire::SeededHash hash_{};
  std::array<Shard, shards> shards_;
};

} // namespace mentara::auth
