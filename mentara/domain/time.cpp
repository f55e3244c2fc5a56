#include "mentara/domain/time.h"

#include <chrono>
#include <cstdio>

namespace mentara {

void append_iso8601(std::string& out, UnixTime time) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(time.ms)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  char text[40];
  const int length =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  out.append(text, static_cast<std::size_t>(length));
}

std::string to_iso8601(UnixTime time) {
  std::string text;
  append_iso8601(text, time);
  return text;
}

UnixTime SystemWallClock::now() const {
  using namespace std::chrono;
  return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

const WallClock& system_wall_clock() {
  static const SystemWallClock clock;
  return clock;
}

} // namespace mentara
