#include "mentara/domain/quiet.h"

#include <gtest/gtest.h>

namespace mentara {
namespace {

UnixTime at(const char* text) { return parse_iso8601(text).value(); }

std::string end(const QuietHours& hours, const char* now) {
  const auto found = end_of_quiet_hours(hours, at(now));
  return found ? to_iso8601(*found) : "none";
}

constexpr int hour = 60;
const QuietHours night{22 * hour, 7 * hour, "Europe/Berlin"};

TEST(Quiet, lasts_over_midnight_by_the_clocks_of_the_users_zone) {
  EXPECT_EQ(end(night, "2026-01-15T20:59:59.999Z"), "none"); // 21:59:59.999 in Berlin
  EXPECT_EQ(end(night, "2026-01-15T21:00:00Z"), "2026-01-16T06:00:00.000Z");
  EXPECT_EQ(end(night, "2026-01-16T05:59:59.999Z"), "2026-01-16T06:00:00.000Z");
  EXPECT_EQ(end(night, "2026-01-16T06:00:00Z"), "none");
  EXPECT_EQ(end(night, "2026-07-15T20:00:00Z"), "2026-07-16T05:00:00.000Z"); // in summer it begins an hour earlier
}

TEST(Quiet, lasts_within_a_day) {
  const QuietHours noon{12 * hour, 14 * hour + 30, "America/New_York"};
  EXPECT_EQ(end(noon, "2026-01-15T16:59:00Z"), "none");
  EXPECT_EQ(end(noon, "2026-01-15T17:00:00Z"), "2026-01-15T19:30:00.000Z");
  EXPECT_EQ(end(noon, "2026-01-15T19:30:00Z"), "none");
}

TEST(Quiet, follows_the_clocks_when_they_are_changed_in_the_night) {
  // On 2026-03-29 at 02:00 they show 03:00; on 2026-10-25 at 03:00 they show 02:00.
  EXPECT_EQ(end(night, "2026-03-28T21:30:00Z"), "2026-03-29T05:00:00.000Z"); // 8 hours
  EXPECT_EQ(end(night, "2026-10-24T20:30:00Z"), "2026-10-25T06:00:00.000Z"); // 10 hours
}

TEST(Quiet, ends_when_the_clocks_skip_its_end_and_at_the_first_of_two) {
  const QuietHours short_night{23 * hour, 2 * hour + 30, "Europe/Berlin"};
  EXPECT_EQ(end(short_night, "2026-03-29T00:30:00Z"), "2026-03-29T01:00:00.000Z"); // 02:30 does not exist
  EXPECT_EQ(end(short_night, "2026-10-24T23:00:00Z"), "2026-10-25T00:30:00.000Z"); // 02:30 comes twice
  EXPECT_EQ(end(short_night, "2026-10-25T01:10:00Z"), "none");                     // and is over at the second
}

TEST(Quiet, knows_the_zones_of_the_database_and_nothing_else) {
  for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu"}) {
    EXPECT_TRUE(is_time_zone(name)) << name;
  }
  for (const char* name : {"", "Mars/Olympus", "../../../etc/passwd", "/etc/localtime", "europe/berlin", "UTC+25"}) {
    EXPECT_FALSE(is_time_zone(name)) << name;
  }
  EXPECT_EQ(end({0, 1, "Mars/Olympus"}, "2026-01-15T00:00:30Z"), "none");
}

TEST(Quiet, holds_until_mutes_and_quiet_hours_are_over_whichever_ends_last) {
  NotificationPreferences preferences;
  const UnixTime evening = at("2026-01-15T20:00:00Z");
  EXPECT_EQ(held_until(preferences, Priority::NORMAL, evening), std::nullopt);
  preferences.quiet_hours = night;
  EXPECT_EQ(held_until(preferences, Priority::NORMAL, evening), std::nullopt);
  preferences.muted_until = at("2026-01-15T20:30:00Z");
  EXPECT_EQ(held_until(preferences, Priority::NORMAL, evening), at("2026-01-15T20:30:00Z"));
  preferences.muted_until = at("2026-01-15T23:00:00Z"); // then it is night
  EXPECT_EQ(held_until(preferences, Priority::NORMAL, evening), at("2026-01-16T06:00:00Z"));
  preferences.muted_until = at("2026-01-16T09:00:00Z"); // longer than the night
  EXPECT_EQ(held_until(preferences, Priority::HIGH, at("2026-01-15T23:00:00Z")), at("2026-01-16T09:00:00Z"));
  EXPECT_EQ(held_until(preferences, Priority::URGENT, at("2026-01-15T23:00:00Z")), std::nullopt);
}

} // namespace
} // namespace mentara
