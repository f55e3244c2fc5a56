#include "mentara/api/route_table.h"

#include "mentara/limits.h"
#include "wire/base/check.h"
#include "wire/base/utf8.h"
#include "wire/http/percent.h"

namespace mentara::api {
namespace {

bool is_field(std::string_view segment) { return segment.starts_with('{'); }

std::string_view field_name(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

} // namespace

std::vector<std::string_view> RouteTable::split(std::string_view path) {
  wire::check(path.empty() || path.starts_with('/'), "a path begins with '/'");
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1); // '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

std::optional<Failure> RouteTable::check_idempotency_key(const Call& call) {
  if (call.idempotency_key.size() <= limits::idempotency_key_bytes_max && wire::is_utf8(call.idempotency_key)) {
    return std::nullopt;
  }
  return invalid("Idempotency-Key",
                 "Idempotency-Key must be at most " + std::to_string(limits::idempotency_key_bytes_max) + " bytes");
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) {
  Match match;
  if (!path.starts_with('/')) return match;
  const auto segments = split(path);
  for (Entry& route : routes_) {
    if (route.segments.size() != segments.size()) continue;
    std::vector<std::pair<std::string_view, std::string>> fields;
    bool fits = true;
    for (std::size_t i = 0; fits && i < segments.size(); ++i) {
      std::string segment = wire::http::percent_decode(segments[i]);
      if (is_field(route.segments[i])) {
        fields.emplace_back(field_name(route.segments[i]), std::move(segment));
      } else {
        fits = segment == route.segments[i];
      }
    }
    if (!fits) continue;
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += route.method;
    if (route.method == method && !match.handler) {
      match.handler = &route.handler;
      match.audience = route.audience;
      match.method = route.method;
      match.pattern = route.pattern;
      match.fields = std::move(fields);
    }
  }
  return match;
}

} // namespace mentara::api
