#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/json.h"

// What stands in payloads, where it stands there.
namespace mentara::simulation {

inline std::string text_of(wire::JsonView object, std::string_view key) {
  const auto found = object.find(key);
  return std::string(found ? found->string().value_or(std::string_view()) : std::string_view());
}

inline std::int64_t number_of(wire::JsonView object, std::string_view key) { // -1: there is none
  const auto found = object.find(key);
  return found ? found->integer().value_or(-1) : -1;
}

inline bool truth_of(wire::JsonView object, std::string_view key) {
  const auto found = object.find(key);
  return found && found->boolean().value_or(false);
}

inline std::int64_t position_of(std::string_view cursor) { // "epoch.position"
  std::int64_t position = 0;
  std::from_chars(cursor.data() + cursor.rfind('.') + 1, cursor.data() + cursor.size(), position);
  return position;
}

} // namespace mentara::simulation
