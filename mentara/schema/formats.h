#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mentara/schema/contract.h"

// The contract as a document.
namespace mentara::schema {

std::string json_schema(const Contract& contract); // JSON Schema 2020-12: every type under $defs
std::string asyncapi(const Contract& contract);    // AsyncAPI 3.0
std::string openapi(const Contract& contract);     // OpenAPI 3.1
std::string typescript(const Contract& contract);  // types for Socket<ServerEvents, ClientEvents> of socket.io-client
std::string markdown(const Contract& contract);    // tables for people
std::string html(const Contract& contract);        // the same as a page

struct Format {
  std::string_view name; // of `mentara contract --format`
  std::string_view file; // below /docs, and in docs/contract
  std::string (*write)(const Contract& contract);
};
std::span<const Format> formats();

} // namespace mentara::schema
