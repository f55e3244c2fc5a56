#include "mentara/domain/time.h"

#include <gtest/gtest.h>

namespace mentara {
namespace {

TEST(Time, comes_back_from_its_text) {
  for (const std::int64_t ms : {0LL, 1'769'860'800'007LL, 4'102'444'799'999LL, -1LL}) {
    EXPECT_EQ(parse_iso8601(to_iso8601({ms})), UnixTime{ms}) << to_iso8601({ms});
  }
}

TEST(Time, is_written_with_all_its_digits) {
  EXPECT_EQ(to_iso8601({1'769'860'800'007}), "2026-01-31T12:00:00.007Z");
  EXPECT_EQ(to_iso8601({-62'135'596'800'000}), "0001-01-01T00:00:00.000Z");
}

TEST(Time, may_have_any_fraction_of_a_second) {
  const UnixTime noon{1'769'860'800'000};
  EXPECT_EQ(parse_iso8601("2026-01-31T12:00:00Z"), noon);
  EXPECT_EQ(parse_iso8601("2026-01-31T12:00:00.5Z"), UnixTime{noon.ms + 500});
  EXPECT_EQ(parse_iso8601("2026-01-31T12:00:00.123456789Z"), UnixTime{noon.ms + 123});
}

TEST(Time, that_is_none_is_not_read) {
  for (const char* text :
       {"", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00", "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00.1234567890Z", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00.1aZ", "-026-01-31T12:00:00Z"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

} // namespace
} // namespace mentara
