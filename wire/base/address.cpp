#include "wire/base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace wire {
namespace {

constexpr std::array<std::uint8_t, 12> v4_in_v6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}; // RFC 4291 §2.5.5.2
constexpr unsigned v4_prefix_bits = 96;
constexpr unsigned site_bits = 64; // what one customer is given of IPv6

bool same_prefix(const Address& a, const Address& b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.bytes().begin(), a.bytes().begin() + whole, b.bytes().begin())) return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xffu << (8 - bits % 8);
  return ((a.bytes()[whole] ^ b.bytes()[whole]) & mask) == 0;
}

Address prefix_of(const Address& address, unsigned bits) {
  auto bytes = address.bytes();
  for (unsigned bit = bits; bit < 128; ++bit) bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
  return Address::v6(bytes);
}

} // namespace

Address Address::v4(const std::array<std::uint8_t, 4>& bytes) {
  Address address;
  std::copy(v4_in_v6.begin(), v4_in_v6.end(), address.bytes_.begin());
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin() + v4_in_v6.size());
  return address;
}

Address Address::v6(const std::array<std::uint8_t, 16>& bytes) {
  Address address;
  address.bytes_ = bytes;
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.empty() || text.size() > text_bytes_max || text.find('\0') != text.npos) return std::nullopt;
  char terminated[text_bytes_max + 1]{};
  std::memcpy(terminated, text.data(), text.size());
  std::array<std::uint8_t, 4> four;
  if (inet_pton(AF_INET, terminated, four.data()) == 1) return v4(four);
  std::array<std::uint8_t, 16> sixteen;
  if (inet_pton(AF_INET6, terminated, sixteen.data()) == 1) return v6(sixteen);
  return std::nullopt;
}

bool Address::is_v4() const { return std::equal(v4_in_v6.begin(), v4_in_v6.end(), bytes_.begin()); }

std::string Address::to_string() const {
  char text[text_bytes_max + 1];
  const bool four = is_v4();
  inet_ntop(four ? AF_INET : AF_INET6, bytes_.data() + (four ? v4_in_v6.size() : 0), text, sizeof text);
  return text;
}

std::string Address::limited_as() const {
  return is_v4() ? to_string() : prefix_of(*this, site_bits).to_string() + "/" + std::to_string(site_bits);
}

std::string limited_as(std::string_view address) {
  const auto parsed = Address::parse(address);
  return parsed ? parsed->limited_as() : std::string(address);
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = Address::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  AddressRange range;
  range.first_ = *first;
  if (slash == text.npos) return range;
  // ::ffff:10.0.0.0/104 and 10.0.0.0/8 would be the same; only the second one is understood.
  const bool four = text.substr(0, slash).find(':') == text.npos;
  if (!four && first->is_v4()) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > (four ? 32u : 128u)) return std::nullopt;
  range.bits_ = four ? v4_prefix_bits + bits : bits;
  if (prefix_of(*first, range.bits_) != *first) return std::nullopt;
  return range;
}

bool AddressRange::contains(const Address& address) const {
  // ::/0 is all of IPv6, and not of IPv4.
  if (address.is_v4() && bits_ < v4_prefix_bits) return false;
  return same_prefix(first_, address, bits_);
}

bool AddressRanges::contains(const Address& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const AddressRange& range) { return range.contains(address); });
}

bool AddressRanges::contains(std::string_view address) const {
  if (ranges_.empty()) return false;
  const auto parsed = Address::parse(address);
  return parsed && contains(*parsed);
}

} // namespace wire
