#include "mentara/schema/json_text.h"

#include "wire/base/json.h"

namespace mentara::schema {
namespace {

using wire::JsonObjectWriter;

// The keywords of what has no name.
void write_keywords(JsonObjectWriter& object, std::string& out, const Type& type, std::string_view references) {
  const auto of_type = [&](std::string_view word) {
    if (type.nullable) {
      object.key("type");
      out += '[';
      wire::append_json(out, word);
      out += ",\"null\"]";
    } else {
      object.member("type", word);
    }
  };
  switch (type.kind) {
    case Kind::boolean:
      return of_type("boolean");
    case Kind::always_true:
      object.member("const", true);
      return;
    case Kind::always_false:
      object.member("const", false);
      return;
    case Kind::integer:
      of_type("integer");
      if (type.min) object.member("minimum", *type.min);
      if (type.max) object.member("maximum", *type.max);
      return;
    case Kind::text:
      of_type("string");
      if (type.min.value_or(0) > 0) object.member("minLength", *type.min);
      if (type.max) object.member("maxLength", *type.max);
      if (!type.pattern.empty()) object.member("pattern", type.pattern);
      return;
    case Kind::timestamp:
      of_type("string");
      object.member("format", "date-time");
      return;
    case Kind::enumeration:
      of_type("string");
      object.member("enum", type.words);
      return;
    case Kind::list:
      of_type("array");
      object.key("items");
      append_schema(out, *type.element, references);
      if (type.max) object.member("maxItems", *type.max);
      return;
    case Kind::map:
      of_type("object");
      object.key("additionalProperties");
      append_schema(out, *type.element, references);
      if (!type.pattern.empty()) {
        object.key("propertyNames");
        JsonObjectWriter names(out);
        names.member("pattern", type.pattern);
        names.end();
      }
      if (type.max) object.member("maxProperties", *type.max);
      return;
    case Kind::any_object:
      of_type("object");
      if (type.max) {
        std::string text("at most ");
        text.append(std::to_string(*type.max)).append(" bytes as compact JSON");
        object.member("description", text);
      }
      return;
    case Kind::object:
      break;
  }
  of_type("object");
  object.key("properties");
  JsonObjectWriter properties(out);
  std::vector<std::string> required;
  for (const Field& field : type.fields) {
    properties.key(field.name);
    if (field.required) required.push_back(field.name);
    append_field_schema(out, field, references);
  }
  properties.end();
  if (!required.empty()) object.member("required", required);
}

} // namespace

void append_schema(std::string& out, const Type& type, std::string_view references) {
  if (type.name.empty()) return append_definition(out, type, references);
  JsonObjectWriter object(out);
  const std::string reference = std::string(references) += type.name;
  if (type.nullable) {
    object.key("anyOf");
    out += "[{\"$ref\":";
    wire::append_json(out, reference);
    out += "},{\"type\":\"null\"}]";
  } else {
    object.member("$ref", reference);
  }
  object.end();
}

void append_field_schema(std::string& out, const Field& field, std::string_view references) {
  if (!field.fallback) return append_schema(out, *field.type, references);
  // Beside a reference stands what holds here alone (allowed since 2019-09).
  JsonObjectWriter property(out);
  if (field.type->name.empty()) {
    write_keywords(property, out, *field.type, references);
  } else {
    property.member("$ref", std::string(references) += field.type->name);
  }
  property.member("default", wire::RawJson{*field.fallback});
  property.end();
}

void append_definition(std::string& out, const Type& type, std::string_view references) {
  Type definition = type;
  if (!type.name.empty()) definition.nullable = false; // that is said where it is referred to
  JsonObjectWriter object(out);
  write_keywords(object, out, definition, references);
  object.end();
}

std::string indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_text = false;
  const auto new_line = [&] { out.append("\n").append(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      out += c;
      if (c == '\\') out += json[++i];
      if (c == '"') in_text = false;
    } else if (c == '{' || c == '[') {
      out += c;
      const bool is_empty = json[i + 1] == '}' || json[i + 1] == ']';
      if (is_empty) {
        out += json[++i];
      } else {
        ++depth;
        new_line();
      }
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else {
      out += c;
      if (c == ':') out += ' ';
      if (c == '"') in_text = true;
    }
  }
  out += '\n';
  return out;
}

} // namespace mentara::schema
