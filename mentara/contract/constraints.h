#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

// The bounds of a field that a client sends, in the type of the member. So one description of a payload is enough for
// the validator, and later for its schema and types. Beside these a payload may hold
//   bool, a described enum (read in any case, written in upper case), another described struct,
//   UserId (1–128 characters, no control characters), any other Id (1–128 of A-Z a-z 0-9 _ - . :),
//   and std::optional of all of them.
// A member that is none of std::optional, Default, OrEmpty is required.
namespace mentara::contract {

// `min` to `max` Unicode code points.
template <std::size_t min, std::size_t max>
struct Text {
  using Plain = std::string;
  Plain value;
};

// `min` to `max` bytes of UTF-8.
template <std::size_t min, std::size_t max>
struct TextBytes {
  using Plain = std::string;
  Plain value;
};

// A word of 1 to `max` of A-Z and _.
template <std::size_t max>
struct Word {
  using Plain = std::string;
  Plain value;
};

// "07:30": a time of day, in minutes since midnight.
struct ClockTime {
  using Plain = int;
  int value = 0;
};

// The name of a time zone, as the IANA database has it: "Europe/Berlin".
struct TimeZone {
  using Plain = std::string;
  Plain value;
};

// A whole number from `min` to `max`; 3.0 is 3, as in JavaScript.
template <std::int64_t min, std::int64_t max>
struct Integer {
  using Plain = std::int64_t;
  Plain value = min;
};

// "2026-01-31T12:00:00Z", in UTC, with or without a fraction of a second.
struct Timestamp {
  using Plain = UnixTime;
  UnixTime value{};
};

// A user id that must be the caller's own, else the request is forbidden (threats Z2).
struct OwnUserId {
  using Plain = UserId;
  UserId value;
};

// At most `max` entries.
template <class T, std::size_t max>
struct List {
  using Plain = std::vector<T>;
  Plain value;
};

// Any object, kept as compact JSON text of at most `bytes_max` bytes. The key `__proto__` is left out at every depth: a
// JavaScript client that merges the object into one of its own would change the prototype (threats E27).
template <std::size_t bytes_max>
struct JsonObject {
  using Plain = std::string;
  Plain value;
};

// An object of at most `max` members, each called by a Word<word_max>.
template <class T, std::size_t word_max, std::size_t max>
struct MapOfWords {
  using Plain = std::map<std::string, T>;
  Plain value;
};

// A T of which three things can be said: what it is, that there is to be none (null), or nothing (absent), so that it
// stays.
template <class T>
struct Clearable {
  std::optional<T> value{};
  bool cleared = false;
  bool said() const { return cleared || value; }
};

template <class T>
struct PlainOf {
  using Type = T;
};
template <class T>
requires requires { typename T::Plain; }
struct PlainOf<T> {
  using Type = typename T::Plain;
};

// A T that may be absent; then it is `fallback`.
template <class T, typename PlainOf<T>::Type fallback>
struct Default {
  using Constraint = T;
  using Plain = typename PlainOf<T>::Type;
  Plain value = fallback;
};

// A T that may be absent; then it is empty.
template <class T>
struct OrEmpty {
  using Constraint = T;
  using Plain = typename PlainOf<T>::Type;
  Plain value{};
};

} // namespace mentara::contract
