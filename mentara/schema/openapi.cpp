#include <algorithm>
#include <string_view>

#include "mentara/config/version.h"
#include "mentara/limits.h"
#include "mentara/schema/formats.h"
#include "mentara/schema/json_text.h"
#include "wire/base/json.h"

// OpenAPI 3.1, whose schemas are those of JSON Schema 2020-12.
namespace mentara::schema {
namespace {

using wire::JsonObjectWriter;

constexpr std::string_view schemas = "#/components/schemas/";

void append_reference(std::string& out, std::string_view to) { JsonObjectWriter(out).member("$ref", to).end(); }

// "GET /api/messaging/messages/{messageId}/edits" is getMessagingMessagesMessageIdEdits.
std::string operation_id(const Route& route) {
  std::string id;
  for (const char c : route.method) id += static_cast<char>(c - 'A' + 'a');
  bool upper = true;
  for (const char c : route.path.substr(std::string_view("/api").size())) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter) id += upper && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = !is_letter;
  }
  return id;
}

std::string tag(const Route& route) {
  if (route.for_services) return "backends";
  const std::size_t begin = std::string_view("/api/").size();
  return route.path.substr(begin, route.path.find('/', begin) - begin);
}

void append_parameter(std::string& out, std::string_view place, const Field& field) {
  JsonObjectWriter parameter(out);
  parameter.member("name", field.name).member("in", place);
  if (field.required) parameter.member("required", true);
  if (field.type->kind == Kind::list) parameter.member("style", "form").member("explode", false);
  parameter.key("schema");
  append_field_schema(out, field, schemas);
  parameter.end();
}

void append_parameters(std::string& out, const Route& route) {
  const Type rest = route.unplaced();
  std::string_view separator;
  out += '[';
  const auto add = [&](auto append) {
    out += separator;
    separator = ",";
    append();
  };
  for (const Field& field : route.payload->fields) {
    const bool is_placed =
        std::ranges::none_of(rest.fields, [&](const Field& other) { return other.name == field.name; });
    if (is_placed) {
      Field placed = field;
      placed.required = true;
      placed.fallback.reset();
      add([&] { append_parameter(out, "path", placed); });
    }
  }
  if (route.has_query()) {
    for (const Field& field : rest.fields) add([&] { append_parameter(out, "query", field); });
  }
  if (route.is_repeatable) add([&] { append_reference(out, "#/components/parameters/IdempotencyKey"); });
  if (!route.for_services) add([&] { append_reference(out, "#/components/parameters/OnBehalfOf"); });
  out += ']';
}

void append_content(std::string& out, JsonObjectWriter& object, auto append_body_schema) {
  object.key("content");
  out += R"({"application/json":{"schema":)";
  append_body_schema();
  out += "}}";
}

void append_request_body(std::string& out, const Type& body) {
  JsonObjectWriter object(out);
  object.member("required", std::ranges::any_of(body.fields, [](const Field& field) { return field.required; }));
  append_content(out, object, [&] { append_schema(out, body, schemas); });
  object.end();
}

void append_responses(std::string& out, const Route& route) {
  JsonObjectWriter responses(out);
  responses.key("200");
  JsonObjectWriter success(out);
  success.member("description", "It succeeded.");
  append_content(out, success, [&] {
    out += R"({"type":"object","properties":{"success":{"const":true},"data":)";
    append_schema(out, route.data(), schemas);
    out += R"(},"required":["success","data"]})";
  });
  success.end();
  for (const std::string_view statuses : {"4XX", "5XX"}) {
    responses.key(statuses);
    append_reference(out, "#/components/responses/Failure");
  }
  responses.end();
}

void append_operation(std::string& out, const Route& route) {
  JsonObjectWriter operation(out);
  operation.member("operationId", operation_id(route)).member("summary", route.summary);
  operation.key("tags");
  wire::append_json(out, std::vector{tag(route)});
  if (route.for_services) operation.member("description", "For backends: it needs a token with the role `service`.");
  operation.key("parameters");
  append_parameters(out, route);
  const Type rest = route.unplaced();
  if (!route.has_query() && !rest.fields.empty()) {
    operation.key("requestBody");
    append_request_body(out, rest);
  }
  operation.key("responses");
  append_responses(out, route);
  operation.end();
}

void append_paths(std::string& out, const Contract& contract) {
  std::vector<std::string_view> paths;
  for (const Route& route : contract.routes) {
    if (std::ranges::find(paths, route.path) == paths.end()) paths.push_back(route.path);
  }
  JsonObjectWriter object(out);
  for (const std::string_view path : paths) {
    object.key(path);
    JsonObjectWriter methods(out);
    for (const Route& route : contract.routes) {
      if (route.path != path) continue;
      std::string method = route.method;
      for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
      methods.key(method);
      append_operation(out, route);
    }
    methods.end();
  }
  object.end();
}

constexpr std::string_view parameters =
    R"({"IdempotencyKey":{"name":"Idempotency-Key","in":"header",)"
    R"("description":"Any text. The same request with the same key is answered as the first one was, for 24 hours.",)"
    R"("schema":{"type":"string","maxLength":)";
constexpr std::string_view parameters_end =
    R"(}},"OnBehalfOf":{"name":"X-On-Behalf-Of","in":"header",)"
    R"("description":"The user whose request it is, when a backend asks (a token with the role `service`).",)"
    R"("schema":{"type":"string","minLength":1,"maxLength":128}}})";

void append_components(std::string& out, const Contract& contract) {
  JsonObjectWriter components(out);
  components.key("securitySchemes");
  out += R"({"token":{"type":"http","scheme":"bearer","bearerFormat":"JWT"}})";
  components.key("parameters");
  out.append(parameters).append(std::to_string(limits::idempotency_key_bytes_max)).append(parameters_end);
  components.key("responses");
  out +=
      R"({"Failure":{"description":"It failed; `code` says why, and the status fits it.","headers":{"Retry-After":)"
      R"({"description":"Seconds, with the codes rate_limited, connection_limit and unavailable.","schema":)"
      R"({"type":"integer"}}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/FailureAck"}}}}})";
  components.key("schemas");
  JsonObjectWriter definitions(out);
  for (const Type* type : types_of_routes(contract)) {
    definitions.key(type->name);
    append_definition(out, *type, schemas);
  }
  definitions.end();
  components.end();
}

} // namespace

std::string openapi(const Contract& contract) {
  std::string out;
  JsonObjectWriter document(out);
  document.member("openapi", "3.1.0");
  document.key("info");
  out += R"({"title":"Mentara Realtime","version":)";
  wire::append_json(out, version());
  out += R"(,"description":"What a Socket.IO client can ask can be asked over REST too, and what backends ask.",)"
         R"("license":{"name":"Apache-2.0","identifier":"Apache-2.0"}})";
  document.key("servers");
  out += R"([{"url":"http://localhost:3001"}])";
  document.key("security");
  out += R"([{"token":[]}])";
  document.key("paths");
  append_paths(out, contract);
  document.key("components");
  append_components(out, contract);
  document.end();
  return indented(out);
}

} // namespace mentara::schema
