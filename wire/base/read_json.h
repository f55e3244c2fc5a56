#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/base/json.h"

// The way back from append_json: read_json(value, into) for what an event's argument may be. False: the value is
// something else, and `into` is not to be used. Give a type of yours the same in its own namespace:
//
//   bool read_json(wire::JsonView value, Point& point) {
//     return wire::read_member(value, "x", point.x) && wire::read_member(value, "y", point.y);
//   }
namespace wire {

inline bool read_json(JsonView value, JsonView& into) {
  into = value;
  return true;
}

inline bool read_json(JsonView value, bool& into) {
  const auto read = value.boolean();
  if (read) into = *read;
  return read.has_value();
}

// A whole number that fits; 3.0 is 3 as in JavaScript.
template <std::integral T>
requires(!std::same_as<T, bool>) bool read_json(JsonView value, T& into) {
  const auto read = value.integer();
  if (!read || !std::in_range<T>(*read)) return false;
  into = static_cast<T>(*read);
  return true;
}

template <std::floating_point T>
bool read_json(JsonView value, T& into) {
  const auto read = value.number();
  if (read) into = static_cast<T>(*read);
  return read.has_value();
}

// Borrows from the packet: gone when the handler returns.
inline bool read_json(JsonView value, std::string_view& into) {
  const auto read = value.string();
  if (read) into = *read;
  return read.has_value();
}

inline bool read_json(JsonView value, std::string& into) {
  const auto read = value.string();
  if (read) into = *read;
  return read.has_value();
}

// Null, and an argument that is not there, is none.
template <class T>
bool read_json(JsonView value, std::optional<T>& into) {
  into.reset();
  return value.is_null() || read_json(value, into.emplace());
}

template <class T>
bool read_json(JsonView value, std::vector<T>& into) {
  if (!value.is_array()) return false;
  into.clear();
  bool all = true;
  value.for_each_element([&](JsonView element) {
    T read{};
    all = all && read_json(element, read);
    into.push_back(std::move(read));
  });
  return all;
}

// A member that is not there reads as null.
template <class T>
bool read_member(JsonView object, std::string_view key, T& into) {
  return object.is_object() && read_json(object.find(key).value_or(JsonView()), into);
}

} // namespace wire
