#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What a payload looks like, as data: read off its description (describe.h), written as JSON Schema, TypeScript or text
// by the renderers. The words are JSON's.
namespace mentara::schema {

struct Type;
using TypePtr = std::shared_ptr<const Type>;

struct Field {
  std::string name;
  TypePtr type;
  bool required = true;
  std::optional<std::string> fallback{}; // JSON text: what it counts as when it is absent
};

enum class Kind {
  boolean,
  always_true,
  always_false,
  integer,     // min, max
  text,        // min, max in Unicode code points; pattern
  timestamp,   // text, ISO-8601 in UTC with milliseconds
  enumeration, // name, words
  list,        // element; max entries
  object,      // name, fields
  map,         // element, for names that match the pattern; max entries
  any_object,  // max bytes of its JSON text
};

struct Type {
  Kind kind{};
  std::string name{}; // by which documents refer to it
  std::optional<std::int64_t> min{};
  std::optional<std::int64_t> max{};
  std::string pattern{}; // a regular expression, as JSON Schema takes it
  std::vector<std::string> words{};
  TypePtr element{};
  std::vector<Field> fields{};
  bool nullable = false;
};

// Whether a field of this type is a list of, or is, something with a name; that, else nullptr.
const Type* named_part(const Type& type);

} // namespace mentara::schema
