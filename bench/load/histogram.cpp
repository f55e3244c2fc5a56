#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "wire/base/check.h"

namespace load {

// Values below 128 have a bucket each. Above, every power of two [2^k, 2^(k+1)) is cut into 128 equal buckets.
std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < buckets_per_power) return static_cast<std::size_t>(value);
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - precision_bits;
  const auto power = static_cast<std::size_t>(shift + 1);
  return power * buckets_per_power + static_cast<std::size_t>((value >> shift) - buckets_per_power);
}

std::uint64_t Histogram::last_value_of(std::size_t bucket) {
  const std::size_t power = bucket / buckets_per_power;
  const std::uint64_t within = bucket % buckets_per_power;
  if (power == 0) return within;
  const auto shift = static_cast<int>(power) - 1;
  return ((within + buckets_per_power + 1) << shift) - 1; // wraps to the largest value in the very last bucket
}

void Histogram::record(std::uint64_t value) {
  ++counts_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::clear() { *this = Histogram{}; }

std::uint64_t Histogram::percentile(double percent) const {
  wire::check(percent > 0 && percent <= 100, "a percentile lies between 0 and 100");
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100.0));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return std::min(last_value_of(bucket), max_);
  }
  return max_;
}

} // namespace load
