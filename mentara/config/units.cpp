#include "mentara/config/units.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

namespace mentara {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr Unit durations[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr Unit sizes[] = {{"", 1},           {"B", 1},         {"KB", 1000},          {"KiB", 1 << 10},
                          {"MB", 1'000'000}, {"MiB", 1 << 20}, {"GB", 1'000'000'000}, {"GiB", 1 << 30}};

// digits, then exactly one of the units
std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::int64_t> number = parse_whole_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    if (*number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  const std::optional<std::int64_t> ms = parse_with_unit(text, durations);
  if (!ms) return std::nullopt;
  return std::chrono::milliseconds(*ms);
}

std::string to_text(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0";
  const Unit* unit = durations;
  while (duration.count() % unit->factor != 0) ++unit; // ends at the last: 1 divides all
  return std::to_string(duration.count() / unit->factor) + std::string(unit->name);
}

std::optional<std::int64_t> parse_size(std::string_view text) { return parse_with_unit(text, sizes); }

} // namespace mentara
