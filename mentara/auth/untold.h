#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/auth/shared_limit.h"
#include "mentara/auth/token_bucket.h"
#include "mentara/limits_of_nodes.h"

namespace mentara::auth {

// Of one key: what it took here since others were told.
struct Untold {
  double amount = 0;
  wire::TimePoint since{};
  bool noted = false; // in UntoldKeys
};

// The keys of a limit of which others should be told. Who takes less than a twentieth of what he may is none of them:
// most keys cost nobody anything. Any thread.
class UntoldKeys {
 public:
  explicit UntoldKeys(const Rate& rate)
      : matters_(rate.burst * limits::shared_share),
        fills_(
            std::chrono::duration_cast<wire::Duration>(std::chrono::duration<double>(rate.burst / rate.per_second))) {}

  // `untold` is the key's, under its lock.
  void on_taken(std::string_view key, Untold& untold, wire::TimePoint now, double amount) {
    if (now - untold.since >= fills_ && !untold.noted)
      untold = {.amount = 0, .since = now}; // others have filled up too
    untold.amount += amount;
    if (untold.noted || untold.amount < matters_) return;
    const std::lock_guard guard(lock_);
    if (keys_.size() >= limits::shared_keys_max) return; // it is noted when it takes more
    keys_.emplace_back(key);
    untold.noted = true;
  }

  // Those that were noted. Whoever takes them asks for the amount of each, and sets it back, under the key's lock.
  std::vector<std::string> take() {
    const std::lock_guard guard(lock_);
    return std::exchange(keys_, {});
  }
  static double tell(Untold& untold) { return std::exchange(untold, {.amount = 0, .since = untold.since}).amount; }

 private:
  const double matters_;
  const wire::Duration fills_; // an empty bucket
  std::mutex lock_;
  std::vector<std::string> keys_;
};

// What is to be told of a table's keys. `untold_of(State&)` is the key's.
template <class Table, class UntoldOf>
std::vector<Taken> collect(UntoldKeys& keys, Table& table, UntoldOf untold_of) {
  std::vector<Taken> all;
  for (std::string& key : keys.take()) {
    const double amount = table.find(key, 0.0, [&](auto& state) { return UntoldKeys::tell(untold_of(state)); });
    if (amount > 0) all.push_back({std::move(key), amount}); // else it was forgotten meanwhile
  }
  return all;
}

} // namespace mentara::auth
