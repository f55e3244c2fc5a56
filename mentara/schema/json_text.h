#pragma once

#include <string>
#include <string_view>

#include "mentara/schema/type.h"

// What the formats that are JSON share.
namespace mentara::schema {

// A JSON Schema of the type; what has a name is referred to as `references` + name.
void append_schema(std::string& out, const Type& type, std::string_view references);
// The same, written out: what has a name is defined here.
void append_definition(std::string& out, const Type& type, std::string_view references);

// Of a field: with what it counts as when it is absent.
void append_field_schema(std::string& out, const Field& field, std::string_view references);

// Valid, compact JSON with line breaks and indents.
std::string indented(std::string_view json);

} // namespace mentara::schema
