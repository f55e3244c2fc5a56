#include "mentara/config/units.h"

#include <gtest/gtest.h>

namespace mentara {
namespace {

using namespace std::chrono_literals;

TEST(Units, a_duration_is_a_number_with_its_unit) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("30d"), 30 * 24h);
  EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(Units, a_duration_without_a_unit_is_refused_because_it_would_be_guessed) {
  for (const char* text :
       {"", "10", "s", "-1s", "+1s", "1.5s", "10 s", " 10s", "10s ", "10S", "10sec", "1e3ms", "0x1s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Units, a_number_that_does_not_fit_is_refused_not_wrapped) {
  EXPECT_EQ(parse_duration("9223372036854775807ms"), 9223372036854775807ms);
  EXPECT_EQ(parse_duration("9223372036854775807s"), std::nullopt);
  EXPECT_EQ(parse_duration("9223372036854775808ms"), std::nullopt);
  EXPECT_EQ(parse_size("9007199254740993GiB"), std::nullopt);
  EXPECT_EQ(parse_whole_number("99999999999999999999"), std::nullopt);
}

TEST(Units, a_duration_is_shown_in_the_largest_unit_that_is_exact) {
  EXPECT_EQ(to_text(0ms), "0");
  EXPECT_EQ(to_text(250ms), "250ms");
  EXPECT_EQ(to_text(25'000ms), "25s");
  EXPECT_EQ(to_text(90s), "90s");
  EXPECT_EQ(to_text(120s), "2m");
  EXPECT_EQ(to_text(48h), "2d");
}

TEST(Units, a_size_may_be_given_in_thousands_or_in_powers_of_two) {
  EXPECT_EQ(parse_size("1000000"), 1'000'000);
  EXPECT_EQ(parse_size("17B"), 17);
  EXPECT_EQ(parse_size("64KB"), 64'000);
  EXPECT_EQ(parse_size("64KiB"), 65'536);
  EXPECT_EQ(parse_size("1MB"), 1'000'000);
  EXPECT_EQ(parse_size("64MiB"), 67'108'864);
  EXPECT_EQ(parse_size("2GiB"), 2'147'483'648);
  for (const char* text : {"", "KB", "1kb", "1.5MB", "1 MB", "-1", "1TB"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

} // namespace
} // namespace mentara
