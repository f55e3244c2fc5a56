#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/base/time.h"

namespace wire::eio {

enum class SameSite { unset, strict, lax, none };

// The cookie with a session's id that opens over polling, for load balancers that keep a client at one server. Its
// attributes are RFC 6265's.
struct CookieOptions {
  std::string name = "io";
  std::string path = "/"; // empty: no attribute
  std::string domain;     // likewise
  std::optional<seconds> max_age;
  std::optional<std::int64_t> expires_unix_seconds;
  bool http_only = true;
  bool secure = false;
  bool partitioned = false;
  SameSite same_site = SameSite::lax;
};

// The header Set-Cookie of a server.
class Cookie {
 public:
  // Throws std::invalid_argument when a text cannot be part of a cookie: nothing may begin another attribute or header.
  explicit Cookie(const CookieOptions& options);

  std::string set_cookie(const std::string& value) const { return name_ + '=' + value + attributes_; }

 private:
  std::string name_;
  std::string attributes_; // "; Path=/; HttpOnly"
};

} // namespace wire::eio
