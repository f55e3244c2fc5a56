#include "mentara/schema/formats.h"
#include "mentara/schema/json_text.h"
#include "wire/base/json.h"

namespace mentara::schema {

std::string json_schema(const Contract& contract) {
  std::string out;
  wire::JsonObjectWriter document(out);
  document.member("$schema", "https://json-schema.org/draft/2020-12/schema");
  document.member("title", "Mentara Realtime: every payload");
  document.key("$defs");
  wire::JsonObjectWriter definitions(out);
  for (const Type* type : named_types(contract)) {
    definitions.key(type->name);
    append_definition(out, *type, "#/$defs/");
  }
  definitions.end();
  document.end();
  return indented(out);
}

} // namespace mentara::schema
