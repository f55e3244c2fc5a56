#include <set>
#include <string_view>

#include "mentara/schema/formats.h"

namespace mentara::schema {
namespace {

std::string anchor(const Type& type) {
  std::string text = type.name;
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string link(const Type& type) {
  return std::string("[").append(type.name).append("](#").append(anchor(type)).append(")");
}

std::string bounds(const Type& type, std::string_view unit) {
  if (!type.max) return {};
  return std::string(", ")
      .append(std::to_string(type.min.value_or(0)))
      .append("–")
      .append(std::to_string(*type.max))
      .append(unit);
}

std::string type_text(const Type& type) {
  std::string text;
  switch (type.kind) {
    case Kind::boolean:
      text = "boolean";
      break;
    case Kind::always_true:
      text = "`true`";
      break;
    case Kind::always_false:
      text = "`false`";
      break;
    case Kind::integer:
      text = "integer";
      if (type.max && *type.max < 9'007'199'254'740'991) text += bounds(type, "");
      break;
    case Kind::text:
      text = "text" + bounds(type, " characters");
      if (!type.pattern.empty()) text += " of `A-Z a-z 0-9 _ - . :`";
      break;
    case Kind::timestamp:
      text = "time";
      break;
    case Kind::enumeration: {
      std::string_view separator;
      for (const std::string& word : type.words) {
        text.append(separator).append("`").append(word).append("`");
        separator = " ";
      }
      break;
    }
    case Kind::object:
      text = link(type);
      break;
    case Kind::any_object:
      text = "object";
      if (type.max) text.append(" of at most ").append(std::to_string(*type.max)).append(" bytes");
      break;
    case Kind::list:
      text = "list of " + type_text(*type.element);
      if (type.max) text.append(", at most ").append(std::to_string(*type.max));
      break;
  }
  if (type.nullable) text += " or null";
  return text;
}

void append_fields(std::string& out, const Type& type) {
  out += "| field | type | |\n|---|---|---|\n";
  for (const Field& field : type.fields) {
    out.append("| `").append(field.name).append("` | ").append(type_text(*field.type)).append(" | ");
    if (field.fallback) {
      out.append("else `").append(*field.fallback).append("`");
    } else if (!field.required) {
      out += "may be absent";
    }
    out += " |\n";
  }
  out += '\n';
}

} // namespace

std::string markdown(const Contract& contract) {
  std::string out =
      "# Every event and its payload\n\n"
      "Written by `mentara contract --format markdown`. An ack is what stands here with `success: true`, or a "
      "[FailureAck](#failureack). Times are ISO-8601 in UTC; words in capitals are read in any case.\n\n";
  for (const Namespace& nsp : contract.namespaces) {
    out.append("## ").append(nsp.name).append("\n\n| client → server | payload | ack | |\n|---|---|---|---|\n");
    for (const Event& event : nsp.client_events) {
      out.append("| `").append(event.name).append("` | ").append(link(*event.payload)).append(" | ");
      out.append(link(*event.ack)).append(" | ").append(event.summary).append(" |\n");
    }
    out += "\n| server → client | payload | |\n|---|---|---|\n";
    for (const Event& event : nsp.server_events) {
      out.append("| `").append(event.name).append("` | ").append(link(*event.payload)).append(" | ");
      out.append(event.summary).append(" |\n");
    }
    out += '\n';
  }
  out += "## Payloads\n\n";
  for (const Type* type : named_types(contract)) {
    if (type->kind != Kind::object) continue;
    out.append("### ").append(type->name).append("\n\n");
    append_fields(out, *type);
  }
  out.pop_back();
  return out;
}

} // namespace mentara::schema
