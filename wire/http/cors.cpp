#include "wire/http/cors.h"

#include <algorithm>

namespace wire::http {
namespace {

void append_vary(Headers& headers, std::string_view name) {
  const auto vary =
      std::find_if(headers.begin(), headers.end(), [](const auto& header) { return header.first == "Vary"; });
  if (vary == headers.end()) {
    headers.emplace_back("Vary", name);
  } else {
    vary->second.append(", ").append(name);
  }
}

void append_allow_origin(Headers& headers, const CorsOptions& options, std::optional<std::string_view> origin) {
  constexpr const char* name = "Access-Control-Allow-Origin";
  if (std::holds_alternative<AnyOrigin>(options.origin)) {
    headers.emplace_back(name, "*");
    return;
  }
  if (const auto* fixed = std::get_if<CorsOptions::Fixed>(&options.origin)) {
    headers.emplace_back(name, *fixed);
  } else if (origin) {
    const auto* list = std::get_if<CorsOptions::List>(&options.origin);
    const bool allowed = list ? std::find(list->begin(), list->end(), *origin) != list->end()
                              : std::get<CorsOptions::Predicate>(options.origin)(*origin);
    if (allowed) headers.emplace_back(name, *origin);
  }
  // Also when it is not allowed: a cache must not hand this answer to another origin.
  append_vary(headers, "Origin");
}

void append_credentials(Headers& headers, const CorsOptions& options) {
  if (options.credentials) headers.emplace_back("Access-Control-Allow-Credentials", "true");
}

void append_exposed(Headers& headers, const CorsOptions& options) {
  if (!options.exposed_headers.empty()) headers.emplace_back("Access-Control-Expose-Headers", options.exposed_headers);
}

} // namespace

void append_cors_headers(Headers& headers, const CorsOptions& options, std::optional<std::string_view> origin) {
  append_allow_origin(headers, options, origin);
  append_credentials(headers, options);
  append_exposed(headers, options);
}

Response preflight_response(const CorsOptions& options, const Request& request) {
  Response response;
  response.status = 204;
  Headers& headers = response.headers;
  append_allow_origin(headers, options, request.header("origin"));
  append_credentials(headers, options);
  headers.emplace_back("Access-Control-Allow-Methods", options.methods);
  std::string_view allowed = options.allowed_headers;
  if (allowed.empty()) {
    append_vary(headers, "Access-Control-Request-Headers");
    allowed = request.header("access-control-request-headers").value_or("");
  }
  if (!allowed.empty()) headers.emplace_back("Access-Control-Allow-Headers", allowed);
  if (options.max_age) headers.emplace_back("Access-Control-Max-Age", std::to_string(options.max_age->count()));
  append_exposed(headers, options);
  headers.emplace_back("Content-Length", "0"); // Safari waits for a body without it
  return response;
}

} // namespace wire::http
