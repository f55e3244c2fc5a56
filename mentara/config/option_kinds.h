#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "mentara/config/option.h"
#include "mentara/config/units.h"
#include "wire/base/json.h"

// The kinds of values that an option can have. Each takes the place in Config that it fills, from at().
namespace mentara {

template <class Section, class T>
auto at(Section Config::*section, T Section::*member) {
  return [=](auto& config) -> auto& { return config.*section.*member; };
}
template <class T>
auto at(T Config::*member) {
  return [=](auto& config) -> auto& { return config.*member; };
}

template <class Place>
OptionValue whole_number(Place place, std::int64_t min, std::int64_t max) {
  return {
      "a whole number from " + std::to_string(min) + " to " + std::to_string(max),
      [=](Config& config, const RawValue& raw) {
        if (raw.type != RawValue::Type::text && raw.type != RawValue::Type::integer) return false;
        const auto number = parse_whole_number(raw.text);
        if (!number || *number < min || *number > max) return false;
        place(config) = static_cast<std::remove_reference_t<decltype(place(config))>>(*number);
        return true;
      },
      [=](const Config& config) { return std::to_string(place(config)); },
  };
}

template <class Place>
OptionValue size(Place place, std::int64_t min, std::int64_t max) {
  return {
      "a size from " + std::to_string(min) + " to " + std::to_string(max) +
          " bytes, such as 1000000, \"64KB\" or \"64KiB\"",
      [=](Config& config, const RawValue& raw) {
        if (raw.type == RawValue::Type::boolean || raw.type >= RawValue::Type::list) return false;
        const auto bytes = parse_size(raw.text);
        if (!bytes || *bytes < min || *bytes > max) return false;
        place(config) = static_cast<std::size_t>(*bytes);
        return true;
      },
      [=](const Config& config) { return std::to_string(place(config)); },
  };
}

template <class Place>
OptionValue duration(Place place, milliseconds min, milliseconds max) {
  return {
      "a duration from " + to_text(min) + " to " + to_text(max) +
          " with its unit, such as \"250ms\", \"10s\", \"5m\" or \"24h\"",
      [=](Config& config, const RawValue& raw) {
        if (raw.type == RawValue::Type::boolean || raw.type >= RawValue::Type::list) return false;
        const auto value = parse_duration(raw.text);
        if (!value || *value < min || *value > max) return false;
        place(config) = *value;
        return true;
      },
      [=](const Config& config) { return wire::to_json(to_text(place(config))); },
  };
}

template <class Place>
OptionValue boolean(Place place) {
  return {
      "true or false",
      [=](Config& config, const RawValue& raw) {
        if (raw.type != RawValue::Type::text && raw.type != RawValue::Type::boolean) return false;
        if (raw.text != "true" && raw.text != "false") return false;
        place(config) = raw.text == "true";
        return true;
      },
      [=](const Config& config) { return std::string(place(config) ? "true" : "false"); },
  };
}

template <class E>
using Choice = std::pair<std::string_view, E>;

template <class Place, class E, std::size_t n>
OptionValue choice(Place place, std::array<Choice<E>, n> choices) {
  std::string allowed;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) allowed += i + 1 == n ? " or " : ", ";
    allowed += wire::to_json(choices[i].first);
  }
  return {
      std::move(allowed),
      [=](Config& config, const RawValue& raw) {
        if (raw.type > RawValue::Type::string) return false;
        for (const auto& [name, value] : choices) {
          if (name != raw.text) continue;
          place(config) = value;
          return true;
        }
        return false;
      },
      [=](const Config& config) {
        for (const auto& [name, value] : choices) {
          if (value == place(config)) return wire::to_json(name);
        }
        return std::string("\"\"");
      },
  };
}

template <class Place>
OptionValue text(Place place, std::string allowed, bool (*accepts)(std::string_view)) {
  return {
      std::move(allowed),
      [=](Config& config, const RawValue& raw) {
        if (raw.type > RawValue::Type::string || !accepts(raw.text)) return false;
        place(config) = raw.text;
        return true;
      },
      [=](const Config& config) { return wire::to_json(place(config)); },
  };
}

// A text that stands for a list is separated by commas; an empty one is the empty list.
template <class Place>
OptionValue list(Place place, std::string allowed, bool (*accepts)(std::string_view)) {
  return {
      std::move(allowed),
      [=](Config& config, const RawValue& raw) {
        if (raw.type != RawValue::Type::text && raw.type != RawValue::Type::list) return false;
        for (const std::string& item : raw.items) {
          if (!accepts(item)) return false;
        }
        place(config) = raw.items;
        return true;
      },
      [=](const Config& config) { return wire::to_json(place(config)); },
  };
}

} // namespace mentara
