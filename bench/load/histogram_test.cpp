#include "bench/load/histogram.h"

#include <gtest/gtest.h>

#include <limits>

namespace load {
namespace {

TEST(Histogram, of_nothing_is_zero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.percentile(50), 0u);
}

TEST(Histogram, is_exact_for_small_values) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.percentile(50), 50u);
  EXPECT_EQ(histogram.percentile(90), 90u);
  EXPECT_EQ(histogram.percentile(99), 99u);
  EXPECT_EQ(histogram.percentile(99.9), 100u);
  EXPECT_EQ(histogram.percentile(100), 100u);
  EXPECT_EQ(histogram.percentile(0.001), 1u);
}

TEST(Histogram, is_off_by_less_than_one_percent_at_every_size) {
  for (std::uint64_t value = 1; value < std::numeric_limits<std::uint64_t>::max() / 3; value = value * 3 + 1) {
    Histogram histogram;
    histogram.record(value);
    histogram.record(std::numeric_limits<std::uint64_t>::max()); // so that max() does not cap the answer
    const std::uint64_t median = histogram.percentile(50);
    EXPECT_GE(median, value);
    EXPECT_LE(static_cast<double>(median - value), static_cast<double>(value) * 0.01) << value;
  }
}

TEST(Histogram, keeps_the_order_of_neighbours_around_powers_of_two) {
  for (int power = 1; power < 64; ++power) {
    const std::uint64_t at = std::uint64_t{1} << power;
    Histogram below, above;
    for (Histogram* histogram : {&below, &above}) histogram->record(std::numeric_limits<std::uint64_t>::max());
    below.record(at - 1);
    above.record(at);
    EXPECT_LT(below.percentile(50), above.percentile(50)) << power;
    EXPECT_EQ(below.percentile(50), at - 1) << "a power of two begins a bucket";
  }
}

TEST(Histogram, finds_a_rare_outlier_only_where_it_stands) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) histogram.record(10);
  histogram.record(1'000'000'007);
  EXPECT_EQ(histogram.percentile(99.9), 10u);
  EXPECT_EQ(histogram.percentile(99.95), 1'000'000'007u);
  EXPECT_EQ(histogram.max(), 1'000'000'007u);
}

TEST(Histogram, forgets_when_cleared) {
  Histogram histogram;
  histogram.record(5);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.percentile(100), 0u);
}

} // namespace
} // namespace load
