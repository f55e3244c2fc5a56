#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mentara::push {

// Where a browser's push service takes messages. Clients bring it, so it is not to be trusted.
struct Endpoint {
  std::string host{}; // lower case, without brackets
  std::uint16_t port = 443;
  std::string target{};       // path and query
  bool is_secure = true;      // https
  std::string origin() const; // "https://push.example.com"
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// None: it is not an https URL as browsers give them (no user, no fragment, nothing but printable ASCII), or leads to
// an address that is not public. `allow_insecure`: then it may, and be http.
std::optional<Endpoint> parse_endpoint(std::string_view url, bool allow_insecure = false);

// Whether an address (of either version, as text) is one of the public internet: not this machine, not a private or a
// local network, no group, nothing that is reserved.
bool is_public_address(const std::string& address);

} // namespace mentara::push
