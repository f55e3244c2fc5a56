#include <set>
#include <string_view>

#include "mentara/schema/formats.h"
#include "mentara/schema/type_text.h"

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

std::string code(std::string_view text) { return std::string("`").append(text).append("`"); }

const TypeWords words{.code = &code, .link = &link};

void append_fields(std::string& out, const Type& type) {
  out += "| field | type | |\n|---|---|---|\n";
  for (const Field& field : type.fields) {
    out.append("| `").append(field.name).append("` | ").append(type_text(*field.type, words)).append(" | ");
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
      "# Every event, every request and its payload\n\n"
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
  out +=
      "## REST\n\nThe fields of a payload stand in the path, the query (`GET`, `DELETE`) or the body; the answer is "
      "`{success: true, data}` with what the ack has beside `success`, or a [FailureAck](#failureack).\n\n"
      "| request | payload | data | |\n|---|---|---|---|\n";
  for (const Route& route : contract.routes) {
    out.append("| `").append(route.method).append(" ").append(route.path).append("` | ").append(link(*route.payload));
    out.append(" | ").append(link(*route.ack)).append(" | ").append(route.summary);
    if (route.for_services) out += " For backends.";
    if (route.is_repeatable) out += " Takes an `Idempotency-Key`.";
    out += " |\n";
  }
  out += "\n## Payloads\n\n";
  for (const Type* type : named_types(contract)) {
    if (type->kind != Kind::object) continue;
    out.append("### ").append(type->name).append("\n\n");
    append_fields(out, *type);
  }
  out.pop_back();
  return out;
}

} // namespace mentara::schema
