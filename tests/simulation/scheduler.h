#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "wire/base/time.h"
#include "wire/base/unique_function.h"

namespace mentara::simulation {

using wire::Duration;
using wire::milliseconds;
using wire::TimePoint;

// What is decided by chance in the world around the nodes; what they draw themselves comes from wire::SeededRandom.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x2545f4914f6cdd1du + 0x9e3779b97f4a7c15u) {}

  std::uint64_t next();
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(next() % end); }
  bool chance(double probability) { return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability; }
  Duration between(Duration least, Duration most);
  template <class T>
  T& one_of(std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::uint64_t state_;
};

// The one thread of the world: what is to happen, and when. Two things of one moment happen in the order in which they
// were asked for.
class Scheduler {
 public:
  using Task = wire::UniqueFunction<void()>;

  static constexpr TimePoint begin{std::chrono::hours(1)};

  TimePoint now() const { return now_; }
  void at(TimePoint when, Task task);
  void after(Duration delay, Task task) { at(now_ + delay, std::move(task)); }
  void run_until(TimePoint end);

 private:
  struct Entry {
    TimePoint when;
    std::uint64_t number;
    Task task;
    bool operator<(const Entry& other) const { // of a heap: the first is the largest
      return when != other.when ? when > other.when : number > other.number;
    }
  };

  TimePoint now_ = begin;
  std::uint64_t number_ = 0;
  std::vector<Entry> entries_;
};

} // namespace mentara::simulation
