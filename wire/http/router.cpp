#include "wire/http/router.h"

#include <algorithm>

#include "wire/base/check.h"
#include "wire/http/percent.h"

namespace wire::http {
namespace {

// None for what has, or could be given, another meaning.
std::optional<std::string> decode_path(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    const int value = percent_value(path.substr(at + 1));
    if (value < 0x20 || value == 0x7f ||
        std::string_view("./\\%").find(static_cast<char>(value)) != std::string_view::npos) {
      return std::nullopt;
    }
  }
  std::string decoded = percent_decode(path);
  if (!decoded.starts_with('/') || decoded.find('\\') != std::string::npos) return std::nullopt;
  for (std::string_view rest = std::string_view(decoded).substr(1); !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    if (segment.empty() || segment == "." || segment == "..") return std::nullopt;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return decoded;
}

bool holds(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) &&
         (prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/');
}

} // namespace

void Router::add(std::string path_prefix, Handler& handler) {
  check(path_prefix.starts_with('/'), "a path begins with '/'");
  const auto shorter = std::find_if(routes_.begin(), routes_.end(),
                                    [&](const auto& route) { return route.first.size() < path_prefix.size(); });
  routes_.insert(shorter, {std::move(path_prefix), &handler});
}

Handler* Router::find(std::string_view path) const {
  const auto decoded = decode_path(path);
  if (!decoded) return nullptr;
  for (const auto& [prefix, handler] : routes_) {
    if (holds(prefix, *decoded)) return handler;
  }
  return nullptr;
}

} // namespace wire::http
