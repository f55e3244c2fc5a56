#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wire/base/hash.h"

namespace mentara::auth {

// What is remembered of each key, such as a user or an address. The table is bounded: beyond `keys_max` those that were
// quiet for longest are forgotten. Any thread.
template <class State>
class RecentKeys {
 public:
  explicit RecentKeys(std::size_t keys_max) : keys_per_shard_max_(std::max<std::size_t>(1, keys_max / shard_count)) {}

  // f(State&), under a lock; a key that is not there is made.
  template <class F>
  auto with(std::string_view key, F&& f) {
    Shard& shard = shard_of(key);
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
    return f(shard.entries.front().state);
  }

  // The same for a key that is there; for one that is not, `otherwise`.
  template <class F, class T>
  T find(std::string_view key, T otherwise, F&& f) {
    Shard& shard = shard_of(key);
    const std::lock_guard guard(shard.lock);
    const auto found = shard.by_key.find(key);
    return found == shard.by_key.end() ? otherwise : f(found->second->state);
  }

  std::size_t size() const {
    std::size_t keys = 0;
    for (const Shard& shard : shards_) {
      const std::lock_guard guard(shard.lock);
      keys += shard.entries.size();
    }
    return keys;
  }

 private:
  struct Entry {
    std::string key;
    State state;
  };
  struct Shard { // so that loops rarely wait for each other
    mutable std::mutex lock;
    std::list<Entry> entries; // the one that was used last in front
    std::unordered_map<std::string_view, typename std::list<Entry>::iterator, wire::SeededHash> by_key;
  };
  static constexpr std::size_t shard_count = 16;
  Shard& shard_of(std::string_view key) { return shards_[hash_(key) % shard_count]; }

  const std::size_t keys_per_shard_max_;
  const wire::SeededHash hash_{};
  std::array<Shard, shard_count> shards_;
};

} // namespace mentara::auth
