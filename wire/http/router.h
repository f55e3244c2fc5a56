#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wire::http {

class Handler;

// Who answers which path. A prefix ends at a segment: "/api" holds "/api" and "/api/users", not "/apis"; "/socket.io/"
// holds all that begins with it. The longest prefix wins.
class Router {
 public:
  void add(std::string path_prefix, Handler& handler);

  // `path` is raw and is decoded once. Paths that another program might read differently belong to nobody: dot
  // segments, empty segments, escaped separators, dots or escapes, wrong escapes, control characters (threats H16).
  Handler* find(std::string_view path) const;

 private:
  std::vector<std::pair<std::string, Handler*>> routes_; // the longest first
};

} // namespace wire::http
