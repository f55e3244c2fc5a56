#pragma once

#include <boost/core/demangle.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "mentara/contract/constraints.h"
#include "mentara/contract/description.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "mentara/contract/user_payloads.h"
#include "mentara/contract/writer.h"
#include "mentara/domain/id.h"
#include "mentara/schema/type.h"
#include "wire/base/json.h"

// From the description of a payload to its Type: each kind of member that a reader or a writer knows has its case here.
// Included only by contract.cpp: it is slow to compile.
namespace mentara::schema {

template <class T>
struct Describe;

template <class T>
TypePtr type_of() {
  return std::make_shared<const Type>(Describe<std::remove_cv_t<T>>::type());
}

// "mentara::contract::MessageShape" is Message.
std::string document_name(std::string cpp_name);

// --- what clients send ---

template <std::size_t least, std::size_t most>
struct Describe<contract::Text<least, most>> {
  static Type type() { return {.kind = Kind::text, .min = least, .max = most}; }
};

// So many bytes are at most as many code points.
template <std::size_t least, std::size_t most>
struct Describe<contract::TextBytes<least, most>> {
  static Type type() { return {.kind = Kind::text, .min = least > 0 ? 1 : 0, .max = most}; }
};

template <std::int64_t least, std::int64_t most>
struct Describe<contract::Integer<least, most>> {
  static Type type() { return {.kind = Kind::integer, .min = least, .max = most}; }
};

template <>
struct Describe<contract::Timestamp> {
  static Type type() { return {.kind = Kind::timestamp}; }
};

template <class T, std::size_t most>
struct Describe<contract::List<T, most>> {
  static Type type() { return {.kind = Kind::list, .max = most, .element = type_of<T>()}; }
};

inline std::string word_pattern(std::size_t max) { return "^[A-Z_]{1," + std::to_string(max) + "}$"; }

template <std::size_t most>
struct Describe<contract::Word<most>> {
  static Type type() { return {.kind = Kind::text, .min = 1, .max = most, .pattern = word_pattern(most)}; }
};

template <>
struct Describe<contract::ClockTime> {
  static Type type() { return {.kind = Kind::text, .min = 5, .max = 5, .pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"}; }
};

template <>
struct Describe<contract::ClockTimeText> {
  static Type type() { return Describe<contract::ClockTime>::type(); }
};

template <>
struct Describe<contract::TimeZone> {
  static Type type() { return {.kind = Kind::text, .min = 1}; }
};

template <class T, std::size_t word_max, std::size_t most>
struct Describe<contract::MapOfWords<T, word_max, most>> {
  static Type type() {
    return {.kind = Kind::map, .max = most, .pattern = word_pattern(word_max), .element = type_of<T>()};
  }
};

template <class T>
struct Describe<contract::Clearable<T>> {
  static Type type() {
    Type type = Describe<T>::type();
    type.nullable = true;
    return type;
  }
};

template <std::size_t bytes_max>
struct Describe<contract::JsonObject<bytes_max>> {
  static Type type() { return {.kind = Kind::any_object, .max = bytes_max}; }
};

template <class Tag>
struct Describe<Id<Tag>> {
  static Type type() { return {.kind = Kind::text, .min = 1, .max = 128, .pattern = "^[A-Za-z0-9_.:-]{1,128}$"}; }
};

template <>
struct Describe<UserId> {
  static Type type() { return {.kind = Kind::text, .min = 1, .max = 128}; }
};

template <>
struct Describe<contract::OwnUserId> {
  static Type type() { return Describe<UserId>::type(); }
};

// --- what the server sends ---

template <std::integral T>
struct Describe<T> {
  static Type type() { return {.kind = Kind::integer}; }
};

template <>
struct Describe<bool> {
  static Type type() { return {.kind = Kind::boolean}; }
};

template <>
struct Describe<std::string_view> {
  static Type type() { return {.kind = Kind::text}; }
};

template <>
struct Describe<UnixTime> {
  static Type type() { return {.kind = Kind::timestamp}; }
};

template <>
struct Describe<wire::RawJson> {
  static Type type() { return {.kind = Kind::any_object}; }
};

template <>
struct Describe<contract::RawObjects> {
  static Type type() { return {.kind = Kind::list, .element = type_of<wire::RawJson>()}; }
};

template <>
struct Describe<contract::Success> {
  static Type type() { return {.kind = Kind::always_true}; }
};

template <class T>
struct Describe<contract::Nullable<T>> {
  static Type type() {
    Type type = Describe<T>::type();
    type.nullable = true;
    return type;
  }
};

template <class Shape, class Source>
struct Describe<contract::ListOf<Shape, Source>> {
  static Type type() { return {.kind = Kind::list, .element = type_of<Shape>()}; }
};

template <class Shape, class Source>
struct Describe<contract::MapOf<Shape, Source>> {
  static Type type() { return {.kind = Kind::map, .element = type_of<Shape>()}; }
};

// --- both ---

template <contract::DescribedEnum T>
struct Describe<T> {
  static Type type() {
    Type type{.kind = Kind::enumeration, .name = document_name(boost::core::demangle(typeid(T).name()))};
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto enumerator) { type.words.emplace_back(enumerator.name); });
    return type;
  }
};

// Text, number or word as JSON.
template <class T>
std::string fallback_text(const T& value) {
  std::string text;
  contract::write(text, value);
  return text;
}

template <class T>
struct DescribeField {
  static Field field(std::string_view name) { return {std::string(name), type_of<T>()}; }
};
template <class T>
struct DescribeField<std::optional<T>> {
  static Field field(std::string_view name) { return {std::string(name), type_of<T>(), false}; }
};
template <class T, auto fallback>
struct DescribeField<contract::Default<T, fallback>> {
  static Field field(std::string_view name) {
    return {std::string(name), type_of<T>(), false, fallback_text(fallback)};
  }
};
template <class T>
struct DescribeField<contract::Clearable<T>> {
  static Field field(std::string_view name) { return {std::string(name), type_of<contract::Clearable<T>>(), false}; }
};
template <class T>
struct DescribeField<contract::OrEmpty<T>> {
  static Field field(std::string_view name) { return {std::string(name), type_of<T>(), false}; }
};

template <contract::DescribedStruct T>
struct Describe<T> {
  static Type type() {
    Type type{.kind = Kind::object, .name = document_name(boost::core::demangle(typeid(T).name()))};
    boost::mp11::mp_for_each<contract::MembersOf<T>>([&](auto member) {
      using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      type.fields.push_back(DescribeField<Member>::field(member.name));
    });
    return type;
  }
};

} // namespace mentara::schema
