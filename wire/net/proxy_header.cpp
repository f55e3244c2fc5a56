#include "wire/net/proxy_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "wire/base/address.h"
#include "wire/base/limits.h"

namespace wire::net {
namespace {

using Parsed = Result<std::optional<ProxyHeader>, ProxyError>;

constexpr std::string_view signature_v1 = "PROXY ";
constexpr std::string_view signature_v2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t line_bytes_max = 107; // of version 1, with its line end
constexpr std::size_t fixed_bytes = 16;     // of version 2, before the addresses
constexpr std::size_t v4_bytes = 12;        // two addresses and two ports
constexpr std::size_t v6_bytes = 36;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }
std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

// A field behind a single space; it is taken from `rest`.
std::string_view next_field(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"
Parsed parse_v1(std::string_view begin) {
  const std::size_t newline = begin.substr(0, line_bytes_max).find('\n');
  if (newline == begin.npos) {
    if (begin.size() >= line_bytes_max) return ProxyError::too_large;
    return std::optional<ProxyHeader>();
  }
  if (begin[newline - 1] != '\r') return ProxyError::malformed;
  ProxyHeader header{.size = newline + 1};
  std::string_view rest = begin.substr(signature_v1.size(), newline - 1 - signature_v1.size());
  const std::string_view family = next_field(rest);
  if (family == "UNKNOWN") return std::optional(header); // what follows is to be ignored
  if (family != "TCP4" && family != "TCP6") return ProxyError::malformed;
  const bool four = family == "TCP4";
  if (std::count(rest.begin(), rest.end(), ' ') != 3) return ProxyError::malformed;
  const auto source = Address::parse(next_field(rest));
  const auto destination = Address::parse(next_field(rest));
  const auto port = parse_port(next_field(rest));
  if (!source || !destination || !port || !parse_port(rest)) return ProxyError::malformed;
  if (four && (!source->is_v4() || !destination->is_v4())) return ProxyError::malformed;
  header.source = Endpoint{source->to_string(), *port};
  return std::optional(header);
}

Parsed parse_v2(std::string_view begin) {
  if (begin.size() < fixed_bytes) return std::optional<ProxyHeader>();
  const std::uint8_t version = byte_at(begin, 12) >> 4, command = byte_at(begin, 12) & 0xf;
  const std::uint8_t family = byte_at(begin, 13) >> 4, transport = byte_at(begin, 13) & 0xf;
  if (version != 2 || command > 1 || family > 3 || transport > 2) return ProxyError::malformed;
  ProxyHeader header{.size = fixed_bytes + number_at(begin, 14)};
  if (header.size > limits::proxy_header_bytes_max) return ProxyError::too_large;
  const std::size_t addresses = family == 1 ? v4_bytes : family == 2 ? v6_bytes : 0;
  if (command == 1 && header.size < fixed_bytes + addresses) return ProxyError::malformed;
  if (begin.size() < header.size) return std::optional<ProxyHeader>();
  if (command == 0 || family == 0) return std::optional(header); // LOCAL: a health check of the proxy; UNSPEC
  if (family == 3 || transport != 1) return ProxyError::not_for_us;
  if (family == 1) {
    std::array<std::uint8_t, 4> source;
    std::memcpy(source.data(), begin.data() + fixed_bytes, source.size());
    header.source = Endpoint{Address::v4(source).to_string(), number_at(begin, fixed_bytes + 8)};
  } else {
    std::array<std::uint8_t, 16> source;
    std::memcpy(source.data(), begin.data() + fixed_bytes, source.size());
    header.source = Endpoint{Address::v6(source).to_string(), number_at(begin, fixed_bytes + 32)};
  }
  return std::optional(header);
}

bool begins_like(std::string_view begin, std::string_view signature) {
  const std::size_t size = std::min(begin.size(), signature.size());
  return begin.substr(0, size) == signature.substr(0, size);
}

} // namespace

std::string_view to_string(ProxyError error) {
  switch (error) {
    case ProxyError::no_header:
      return "no_header";
    case ProxyError::malformed:
      return "malformed";
    case ProxyError::too_large:
      return "too_large";
    case ProxyError::not_for_us:
      return "not_for_us";
    case ProxyError::untrusted_peer:
      return "untrusted_peer";
    case ProxyError::too_slow:
      return "too_slow";
  }
  return "";
}

Parsed parse_proxy_header(std::string_view begin) {
  if (begins_like(begin, signature_v2)) {
    if (begin.size() < signature_v2.size()) return std::optional<ProxyHeader>();
    return parse_v2(begin);
  }
  if (!begins_like(begin, signature_v1)) return ProxyError::no_header;
  if (begin.size() < signature_v1.size()) return std::optional<ProxyHeader>();
  return parse_v1(begin);
}

} // namespace wire::net
