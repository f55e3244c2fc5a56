#include "wire/eio/cookie.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <string_view>

namespace wire::eio {
namespace {

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 9110 §5.6.2
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// RFC 6265 §4.1.1: any character but controls and the semicolon.
bool is_attribute_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != ';'; });
}

bool is_domain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

std::string http_date(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm utc{};
  require(gmtime_r(&time, &utc) != nullptr, "the cookie's expiry is no time that can be written");
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

std::string_view to_string(SameSite same_site) {
  switch (same_site) {
    case SameSite::strict:
      return "Strict";
    case SameSite::none:
      return "None";
    case SameSite::unset:
    case SameSite::lax:
      break;
  }
  return "Lax";
}

} // namespace

Cookie::Cookie(const CookieOptions& options) : name_(options.name) {
  require(is_token(options.name), "the cookie's name has a character that a name cannot have");
  require(is_attribute_text(options.path), "the cookie's path has a control character or a semicolon");
  require(is_domain(options.domain), "the cookie's domain is no domain");
  require(options.same_site != SameSite::none || options.secure, "a cookie with SameSite=None must be secure");
  require(!options.partitioned || options.secure, "a partitioned cookie must be secure");

  const auto add = [this](std::string_view name, std::string_view value = {}) {
    attributes_.append("; ").append(name);
    if (!value.empty()) attributes_.append("=").append(value);
  };
  if (options.max_age) add("Max-Age", std::to_string(options.max_age->count()));
  if (!options.domain.empty()) add("Domain", options.domain);
  if (!options.path.empty()) add("Path", options.path);
  if (options.expires_unix_seconds) add("Expires", http_date(*options.expires_unix_seconds));
  if (options.http_only) add("HttpOnly");
  if (options.secure) add("Secure");
  if (options.partitioned) add("Partitioned");
  if (options.same_site != SameSite::unset) add("SameSite", to_string(options.same_site));
}

} // namespace wire::eio
