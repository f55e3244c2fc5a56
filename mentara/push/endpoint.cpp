#include "mentara/push/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mentara::push {
namespace {

using V6 = std::array<unsigned char, 16>;

bool matches(const unsigned char* address, std::initializer_list<unsigned char> prefix, int bits) {
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const auto mask = static_cast<unsigned char>(bits >= 8 ? 0xff : 0xff << (8 - bits));
    if ((address[i] & mask) != (std::data(prefix)[i] & mask)) return false;
  }
  return true;
}

// RFC 6890, and those that came later
bool is_public_v4(const unsigned char* a) {
  return !(matches(a, {0}, 8) || matches(a, {10}, 8) || matches(a, {100, 64}, 10) || matches(a, {127}, 8) ||
           matches(a, {169, 254}, 16) || matches(a, {172, 16}, 12) || matches(a, {192, 0, 0}, 24) ||
           matches(a, {192, 0, 2}, 24) || matches(a, {192, 88, 99}, 24) || matches(a, {192, 168}, 16) ||
           matches(a, {198, 18}, 15) || matches(a, {198, 51, 100}, 24) || matches(a, {203, 0, 113}, 24) || a[0] >= 224);
}

bool is_public_v6(const V6& a) {
  const unsigned char* bytes = a.data();
  if (matches(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96)) return is_public_v4(bytes + 12);
  if (matches(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96)) return is_public_v4(bytes + 12); // NAT64
  if (matches(bytes, {0x20, 0x02}, 16)) return is_public_v4(bytes + 2);                                   // 6to4
  // Beyond 2000::/3 nothing is assigned; within it, protocols, documentation and tunnels are not for us.
  return matches(bytes, {0x20}, 3) && !matches(bytes, {0x20, 0x01, 0x00}, 23) &&
         !matches(bytes, {0x20, 0x01, 0x0d, 0xb8}, 32) && !matches(bytes, {0x3f, 0xff, 0x00}, 20);
}

bool is_host_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; }

// A name is looked at again when it has become an address. A number alone is one of the spellings of an IPv4 address.
bool may_be_public(const std::string& host) {
  const bool is_v6 = host.find(':') != host.npos;
  const std::string last = host.substr(host.rfind('.') + 1);
  const bool is_v4 =
      !last.empty() && std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_v6 || is_v4 || last.starts_with("0x")) return is_public_address(host);
  return host != "localhost" && !host.ends_with(".localhost");
}

} // namespace

std::string Endpoint::origin() const {
  const bool is_v6 = host.find(':') != host.npos;
  std::string text = (is_secure ? "https://" : "http://") + (is_v6 ? "[" + host + "]" : host);
  if (port != (is_secure ? 443 : 80)) text.append(":").append(std::to_string(port));
  return text;
}

std::optional<Endpoint> parse_endpoint(std::string_view url, bool allow_insecure) {
  constexpr std::string_view https = "https://", http = "http://";
  Endpoint endpoint;
  std::string_view scheme = https;
  if (allow_insecure && url.starts_with(http)) {
    scheme = http;
    endpoint.is_secure = false;
    endpoint.port = 80;
  }
  if (!url.starts_with(scheme)) return std::nullopt;
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '#' && c != '\\'; })) {
    return std::nullopt;
  }
  url.remove_prefix(scheme.size());
  const std::size_t slash = std::min(url.find_first_of("/?"), url.size());
  std::string_view authority = url.substr(0, slash);
  endpoint.target = url.substr(slash);
  if (!endpoint.target.starts_with('/')) endpoint.target.insert(0, "/");
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == authority.npos) return std::nullopt;
    endpoint.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
    V6 address;
    if (inet_pton(AF_INET6, endpoint.host.c_str(), address.data()) != 1) return std::nullopt;
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    endpoint.host = authority.substr(0, colon);
    std::transform(endpoint.host.begin(), endpoint.host.end(), endpoint.host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    authority.remove_prefix(colon);
    if (!std::all_of(endpoint.host.begin(), endpoint.host.end(), is_host_character)) return std::nullopt;
  }
  if (endpoint.host.empty() || endpoint.host.size() > 253) return std::nullopt;
  if (!allow_insecure && !may_be_public(endpoint.host)) return std::nullopt;
  if (authority.empty()) return endpoint;
  authority.remove_prefix(1); // ':'
  const auto [end, error] = std::from_chars(authority.data(), authority.data() + authority.size(), endpoint.port);
  if (error != std::errc{} || end != authority.data() + authority.size() || endpoint.port == 0) return std::nullopt;
  return endpoint;
}

bool is_public_address(const std::string& address) {
  unsigned char v4[4];
  if (inet_pton(AF_INET, address.c_str(), v4) == 1) return is_public_v4(v4);
  V6 v6;
  return inet_pton(AF_INET6, address.c_str(), v6.data()) == 1 && is_public_v6(v6);
}

} // namespace mentara::push
