#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace load {

// Counts values (nanoseconds) in buckets that are at most 1/128 as wide as the values in them, so a percentile is off
// by less than 1 % whatever the range, and recording is two instructions and an increment.
class Histogram {
 public:
  void record(std::uint64_t value);
  void clear();

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; } // exact; 0 when empty

  // The smallest recorded value that at least `percent` of all values do not exceed, rounded up to the end of its
  // bucket; 0 when empty. percent: 0 < percent <= 100.
  std::uint64_t percentile(double percent) const;

 private:
  static constexpr int precision_bits = 7;
  static constexpr std::size_t buckets_per_power = std::size_t{1} << precision_bits;
  static constexpr std::size_t bucket_count = (64 - precision_bits + 1) * buckets_per_power;

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t last_value_of(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace load
