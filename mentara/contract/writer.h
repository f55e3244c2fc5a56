#pragma once

#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/contract/description.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "wire/base/json.h"

// Writes a value as its description says, straight into `out`. Included only where append_json() of a payload is
// defined.
namespace mentara::contract {

template <class T>
concept JsonScalar = std::integral<T> || std::same_as<T, std::string_view> || std::same_as<T, wire::RawJson>;

template <JsonScalar T>
void write(std::string& out, const T& value) {
  wire::append_json(out, value);
}

inline void write(std::string& out, Success) { out += "true"; }

inline void write(std::string& out, ClockTimeText time) {
  const auto digits = [&](int number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  };
  out += '"';
  digits(time.minutes / 60);
  out += ':';
  digits(time.minutes % 60);
  out += '"';
}

inline void write(std::string& out, UnixTime time) {
  out += '"';
  append_iso8601(out, time);
  out += '"';
}

template <DescribedEnum T>
void write(std::string& out, T value) {
  out += '"';
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
    if (value == enumerator.value) out += enumerator.name;
  });
  out += '"';
}

template <class T>
void write(std::string& out, const Nullable<T>& nullable);
template <class Shape, class Source>
void write(std::string& out, const ListOf<Shape, Source>& list);
template <class Shape, class Source>
void write(std::string& out, const MapOf<Shape, Source>& map);
template <DescribedStruct T>
void write(std::string& out, const T& value);

template <class T>
bool is_left_out(const T&) {
  return false;
}
template <class T>
bool is_left_out(const std::optional<T>& value) {
  return !value;
}

template <class T>
const T& present(const T& value) {
  return value;
}
template <class T>
const T& present(const std::optional<T>& value) {
  return *value;
}

template <class T>
void write(std::string& out, const Nullable<T>& nullable) {
  if (nullable.value) {
    write(out, *nullable.value);
  } else {
    out += "null";
  }
}

template <class Shape, class Source>
void write(std::string& out, const ListOf<Shape, Source>& list) {
  out += '[';
  bool first = true;
  for (const Source& source : list.sources) {
    if (!first) out += ',';
    first = false;
    if constexpr (std::same_as<Shape, std::string_view>) { // of an id
      write(out, std::string_view(source.value));
    } else {
      write(out, Shape(source));
    }
  }
  out += ']';
}

template <class Shape, class Source>
void write(std::string& out, const MapOf<Shape, Source>& map) {
  out += '{';
  bool first = true;
  for (const auto& [name, source] : *map.sources) {
    if (!first) out += ',';
    first = false;
    wire::append_json(out, std::string_view(name));
    out += ':';
    write(out, Shape(source));
  }
  out += '}';
}

template <DescribedStruct T>
void write(std::string& out, const T& value) {
  out += '{';
  bool first = true;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    const auto& field = value.*member.pointer;
    if (is_left_out(field)) return;
    out += first ? "\"" : ",\"";
    first = false;
    out += member.name; // an identifier: nothing to escape
    out += "\":";
    write(out, present(field));
  });
  out += '}';
}

} // namespace mentara::contract
