#pragma once

#include <array>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mentara/contract/constraints.h"
#include "mentara/contract/decode.h"
#include "mentara/contract/description.h"
#include "mentara/contract/identity.h"
#include "mentara/domain/id.h"

// Walks a description and a JSON value side by side. Included only where decode() is instantiated: it is slow to
// compile.
namespace mentara::contract {

// What is wrong with a value: `field` is the path from it to the fault, `error` a predicate ("must be an object").
using Fault = std::optional<Failure>;

Fault read_text(wire::JsonView view, std::size_t min, std::size_t max, std::string& out);
Fault read_text_bytes(wire::JsonView view, std::size_t min, std::size_t max, std::string& out);
Fault read_integer(wire::JsonView view, std::int64_t min, std::int64_t max, std::int64_t& out);
Fault read_json_object(wire::JsonView view, std::size_t bytes_max, std::string& out);
Fault read_id(wire::JsonView view, std::string& out);
Fault read_user_id(wire::JsonView view, std::string& out);
Fault read_timestamp(wire::JsonView view, UnixTime& out);
Fault read_word(wire::JsonView view, std::size_t max, std::string& out);
Fault read_clock_time(wire::JsonView view, int& minutes);
Fault read_time_zone(wire::JsonView view, std::string& out);
Fault check_members(wire::JsonView view, std::size_t word_max, std::size_t max);
Fault read_bool(wire::JsonView view, bool& out);
Fault read_enumerator(wire::JsonView view, std::span<const std::string_view> names, std::size_t& index);
Fault check_list(wire::JsonView view, std::size_t max);
Fault check_object(wire::JsonView view);
Fault is_required(std::string_view field);

Failure inside(std::string_view field, Failure fault);
Failure inside(std::size_t index, Failure fault);
Failure as_sentence(Failure fault); // "content" + "is required" = "content is required"

template <class T>
inline constexpr bool may_be_absent = false;
template <class T>
inline constexpr bool may_be_absent<std::optional<T>> = true;
template <class T, auto fallback>
inline constexpr bool may_be_absent<Default<T, fallback>> = true;
template <class T>
inline constexpr bool may_be_absent<OrEmpty<T>> = true;

template <class T>
inline constexpr bool may_be_absent<Clearable<T>> = true;

template <class T>
inline constexpr bool can_be_cleared = false;
template <class T>
inline constexpr bool can_be_cleared<Clearable<T>> = true;

template <class T>
struct Reader;

template <class T>
Fault read(wire::JsonView view, T& out) {
  return Reader<T>::read(view, out);
}

template <std::size_t min, std::size_t max>
struct Reader<Text<min, max>> {
  static Fault read(wire::JsonView view, Text<min, max>& out) { return read_text(view, min, max, out.value); }
};

template <std::size_t min, std::size_t max>
struct Reader<TextBytes<min, max>> {
  static Fault read(wire::JsonView view, TextBytes<min, max>& out) {
    return read_text_bytes(view, min, max, out.value);
  }
};

template <std::int64_t min, std::int64_t max>
struct Reader<Integer<min, max>> {
  static Fault read(wire::JsonView view, Integer<min, max>& out) { return read_integer(view, min, max, out.value); }
};

template <std::size_t bytes_max>
struct Reader<JsonObject<bytes_max>> {
  static Fault read(wire::JsonView view, JsonObject<bytes_max>& out) {
    return read_json_object(view, bytes_max, out.value);
  }
};

template <class Tag>
struct Reader<Id<Tag>> {
  static Fault read(wire::JsonView view, Id<Tag>& out) { return read_id(view, out.value); }
};

template <>
struct Reader<UserId> {
  static Fault read(wire::JsonView view, UserId& out) { return read_user_id(view, out.value); }
};

template <>
struct Reader<OwnUserId> {
  static Fault read(wire::JsonView view, OwnUserId& out) { return read_user_id(view, out.value.value); }
};

template <>
struct Reader<Timestamp> {
  static Fault read(wire::JsonView view, Timestamp& out) { return read_timestamp(view, out.value); }
};

template <>
struct Reader<bool> {
  static Fault read(wire::JsonView view, bool& out) { return read_bool(view, out); }
};

template <std::size_t max>
struct Reader<Word<max>> {
  static Fault read(wire::JsonView view, Word<max>& out) { return read_word(view, max, out.value); }
};

template <>
struct Reader<ClockTime> {
  static Fault read(wire::JsonView view, ClockTime& out) { return read_clock_time(view, out.value); }
};

template <>
struct Reader<TimeZone> {
  static Fault read(wire::JsonView view, TimeZone& out) { return read_time_zone(view, out.value); }
};

template <class T, std::size_t word_max, std::size_t max>
struct Reader<MapOfWords<T, word_max, max>> {
  static Fault read(wire::JsonView view, MapOfWords<T, word_max, max>& out) {
    if (Fault fault = check_members(view, word_max, max)) return fault;
    Fault fault;
    view.for_each_member([&](std::string_view name, wire::JsonView member) {
      if (fault) return;
      if ((fault = contract::read(member, out.value[std::string(name)]))) fault = inside(name, std::move(*fault));
    });
    return fault;
  }
};

template <class T>
struct Reader<Clearable<T>> {
  static Fault read(wire::JsonView view, Clearable<T>& out) { return contract::read(view, out.value.emplace()); }
};

template <class T, std::size_t max>
struct Reader<List<T, max>> {
  static Fault read(wire::JsonView view, List<T, max>& out) {
    if (Fault fault = check_list(view, max)) return fault;
    out.value.reserve(view.size());
    Fault fault;
    view.for_each_element([&](wire::JsonView element) {
      if (fault) return;
      if ((fault = contract::read(element, out.value.emplace_back()))) {
        fault = inside(out.value.size() - 1, std::move(*fault));
      }
    });
    return fault;
  }
};

template <class T>
struct Reader<std::optional<T>> {
  static Fault read(wire::JsonView view, std::optional<T>& out) { return contract::read(view, out.emplace()); }
};

// Default and OrEmpty: the plain value inside the constraint.
template <class Wrapper>
requires requires { typename Wrapper::Constraint; }
struct Reader<Wrapper> {
  static Fault read(wire::JsonView view, Wrapper& out) {
    using Constraint = typename Wrapper::Constraint;
    if constexpr (std::same_as<Constraint, typename Wrapper::Plain>) {
      return contract::read(view, out.value);
    } else {
      Constraint constraint;
      Fault fault = contract::read(view, constraint);
      out.value = std::move(constraint.value);
      return fault;
    }
  }
};

template <DescribedEnum T>
struct Reader<T> {
  static Fault read(wire::JsonView view, T& out) {
    using Enumerators = boost::describe::describe_enumerators<T>;
    static constexpr auto names = []<template <class...> class L, class... D>(L<D...>) {
      return std::array<std::string_view, sizeof...(D)>{D::name...};
    }(Enumerators{});
    static constexpr auto values = []<template <class...> class L, class... D>(L<D...>) {
      return std::array<T, sizeof...(D)>{D::value...};
    }(Enumerators{});
    std::size_t index = 0;
    Fault fault = read_enumerator(view, names, index);
    if (!fault) out = values[index];
    return fault;
  }
};

template <class T>
Fault read_member(wire::JsonView object, std::string_view name, T& out) {
  const std::optional<wire::JsonView> found = object.find(name);
  if (!found || found->is_null()) {
    if constexpr (can_be_cleared<T>) {
      out.cleared = found.has_value();
      return std::nullopt;
    } else if constexpr (may_be_absent<T>) {
      return std::nullopt;
    } else {
      return is_required(name);
    }
  }
  Fault fault = read(*found, out);
  if (fault) fault = inside(name, std::move(*fault));
  return fault;
}

template <class T>
Fault read_members(wire::JsonView object, T& out) {
  Fault fault;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    if (!fault) fault = read_member(object, member.name, out.*member.pointer);
  });
  if constexpr (requires { validate(out); }) {
    if (!fault) fault = validate(out);
  }
  return fault;
}

template <DescribedStruct T>
struct Reader<T> {
  static Fault read(wire::JsonView view, T& out) {
    if (Fault fault = check_object(view)) return fault;
    return read_members(view, out);
  }
};

// That it means somebody else than the caller there.
template <class T>
constexpr bool describes(std::string_view field) {
  bool found = false;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
    if constexpr (!std::same_as<Member, std::optional<OwnUserId>>) found = found || field == member.name;
  });
  return found;
}

template <class T>
wire::Result<T, Failure> decode(std::optional<wire::JsonView> payload, const User& caller) {
  if (payload) {
    if (Fault fault = check_object(*payload)) return as_sentence(std::move(*fault));
    for (std::string_view field : identity_fields) {
      if (describes<T>(field)) continue;
      if (auto failure = foreign_identity(*payload, field, caller)) return std::move(*failure);
    }
  }
  T out{};
  if (Fault fault = read_members(payload.value_or(wire::JsonView{}), out)) return as_sentence(std::move(*fault));
  return out;
}

} // namespace mentara::contract
