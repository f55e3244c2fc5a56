#include "mentara/schema/type_text.h"

namespace mentara::schema {
namespace {

std::string bounds(const Type& type, std::string_view unit) {
  if (!type.max) return {};
  return std::string(", ")
      .append(std::to_string(type.min.value_or(0)))
      .append("–")
      .append(std::to_string(*type.max))
      .append(unit);
}

} // namespace

std::string type_text(const Type& type, const TypeWords& words) {
  std::string text;
  switch (type.kind) {
    case Kind::boolean:
      text = "boolean";
      break;
    case Kind::always_true:
      text = words.code("true");
      break;
    case Kind::always_false:
      text = words.code("false");
      break;
    case Kind::integer:
      text = "integer";
      if (type.max && *type.max < 9'007'199'254'740'991) text += bounds(type, "");
      break;
    case Kind::text:
      text = "text" + bounds(type, " characters");
      if (type.pattern.starts_with("^[A-Za-z0-9")) text.append(" of ").append(words.code("A-Z a-z 0-9 _ - . :"));
      if (type.pattern.starts_with("^[A-Z_]")) text.append(" of ").append(words.code("A-Z _"));
      if (type.pattern.starts_with("^([01]")) text = "time of day, as " + words.code("23:59");
      break;
    case Kind::timestamp:
      text = "time";
      break;
    case Kind::enumeration: {
      std::string_view separator;
      for (const std::string& word : type.words) {
        text.append(separator).append(words.code(word));
        separator = " ";
      }
      break;
    }
    case Kind::object:
      text = words.link(type);
      break;
    case Kind::any_object:
      text = "object";
      if (type.max) text.append(" of at most ").append(std::to_string(*type.max)).append(" bytes");
      break;
    case Kind::map:
      text = "object with a " + type_text(*type.element, words) + " for each name";
      if (type.max) text.append(", at most ").append(std::to_string(*type.max));
      break;
    case Kind::list:
      text = "list of " + type_text(*type.element, words);
      if (type.max) text.append(", at most ").append(std::to_string(*type.max));
      break;
  }
  if (type.nullable) text += " or null";
  return text;
}

} // namespace mentara::schema
