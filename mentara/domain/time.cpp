#include "mentara/domain/time.h"

#include <chrono>
#include <cstddef>

namespace mentara {

void append_iso8601(std::string& out, UnixTime time) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(time.ms)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  const auto digits = [&out](std::int64_t number, std::size_t width) {
    const std::size_t begin = out.size();
    out.append(width, '0');
    for (std::size_t i = width; i > 0; --i, number /= 10) out[begin + i - 1] = static_cast<char>('0' + number % 10);
  };
  // By hand: every message says its time three times, and snprintf() takes ten times as long.
  const int year = static_cast<int>(date.year());
  if (year >= 0 && year <= 9999) {
    digits(year, 4);
  } else {
    out += std::to_string(year);
  }
  out += '-';
  digits(static_cast<unsigned>(date.month()), 2);
  out += '-';
  digits(static_cast<unsigned>(date.day()), 2);
  out += 'T';
  digits(clock.hours().count(), 2);
  out += ':';
  digits(clock.minutes().count(), 2);
  out += ':';
  digits(clock.seconds().count(), 2);
  out += '.';
  digits(clock.subseconds().count(), 3);
  out += 'Z';
}

std::string to_iso8601(UnixTime time) {
  std::string text;
  append_iso8601(text, time);
  return text;
}

std::optional<UnixTime> parse_iso8601(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= pattern.size() || text.back() != 'Z') return std::nullopt;
  text.remove_suffix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  const year_month_day date{year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return std::nullopt;
  std::int64_t fraction_ms = 0;
  if (std::string_view fraction = text.substr(pattern.size()); !fraction.empty()) {
    if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 10) return std::nullopt;
    int weight = 100;
    for (char c : fraction.substr(1)) {
      if (!is_digit(c)) return std::nullopt;
      fraction_ms += weight * (c - '0');
      weight /= 10;
    }
  }
  const auto seconds_of_day = number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
  return UnixTime{duration_cast<milliseconds>(sys_days(date).time_since_epoch()).count() + seconds_of_day * 1000LL +
                  fraction_ms};
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
