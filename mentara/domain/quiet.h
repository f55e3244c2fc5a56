#pragma once

#include <optional>
#include <string_view>

#include "mentara/domain/notification.h"
#include "mentara/domain/time.h"

// When a user does not want to be disturbed. Any thread.
namespace mentara {

// A name of the IANA time zone database that this machine knows, such as "Europe/Berlin".
bool is_time_zone(std::string_view name);

// When the quiet hours in which `now` lies are over; none: it lies outside of them. A clock that is set forward over
// their end ends them at that moment; one that shows their beginning or end twice means the first time.
std::optional<UnixTime> end_of_quiet_hours(const QuietHours& hours, UnixTime now);

// Until when a notification waits; none: it is told at once.
std::optional<UnixTime> held_until(const NotificationPreferences& preferences, Priority priority, UnixTime now);

} // namespace mentara
