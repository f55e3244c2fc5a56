#include "mentara/schema/formats.h"

namespace mentara::schema {
namespace {

constexpr Format all_formats[] = {
    {"asyncapi", "asyncapi.json", &asyncapi},    {"openapi", "openapi.json", &openapi},
    {"jsonschema", "schema.json", &json_schema}, {"typescript", "contract.ts", &typescript},
    {"markdown", "contract.md", &markdown},      {"html", "index.html", &html},
};

} // namespace

std::span<const Format> formats() { return all_formats; }

} // namespace mentara::schema
