#include "mentara/domain/quiet.h"

#include <date/tz.h>

#include <chrono>
#include <exception>

namespace mentara {
namespace {

using Instant = date::sys_time<std::chrono::milliseconds>;

const date::time_zone* find_time_zone(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) { // there is no such zone, or the machine has no database of them
    return nullptr;
  }
}

// `minutes` after the midnight at which the day begins.
UnixTime instant_of(const date::time_zone& zone, date::local_days day, int minutes) {
  const auto local = date::local_time<std::chrono::milliseconds>(day) + std::chrono::minutes(minutes);
  return {zone.to_sys(local, date::choose::earliest).time_since_epoch().count()};
}

} // namespace

bool is_time_zone(std::string_view name) { return find_time_zone(name) != nullptr; }

std::optional<UnixTime> end_of_quiet_hours(const QuietHours& hours, UnixTime now) {
  constexpr int minutes_per_day = 24 * 60;
  const date::time_zone* zone = find_time_zone(hours.time_zone);
  if (!zone) return std::nullopt; // it was known when it was set; better disturb than be silent for ever
  const int length = hours.end - hours.start + (hours.end < hours.start ? minutes_per_day : 0);
  const auto today = date::floor<date::days>(zone->to_local(Instant(std::chrono::milliseconds(now.ms))));
  // Those of yesterday may still last.
  for (const date::local_days day : {today - date::days(1), today}) {
    const UnixTime start = instant_of(*zone, day, hours.start);
    const UnixTime end = instant_of(*zone, day, hours.start + length);
    if (start <= now && now < end) return end;
  }
  return std::nullopt;
}

std::optional<UnixTime> held_until(const NotificationPreferences& preferences, Priority priority, UnixTime now) {
  if (priority == Priority::URGENT) return std::nullopt;
  UnixTime until = now;
  if (preferences.muted_until && *preferences.muted_until > until) until = *preferences.muted_until;
  if (preferences.quiet_hours) {
    if (const auto end = end_of_quiet_hours(*preferences.quiet_hours, until)) until = *end;
  }
  if (preferences.muted_until && *preferences.muted_until > until) until = *preferences.muted_until;
  if (until == now) return std::nullopt;
  return until;
}

} // namespace mentara
