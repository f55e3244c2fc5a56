#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wire {

// An IP address. An IPv4 address that is written as an IPv6 one (::ffff:192.0.2.1) is that IPv4 address.
class Address {
 public:
  static constexpr std::size_t text_bytes_max = 45;

  static std::optional<Address> parse(std::string_view text); // "192.0.2.1", "2001:db8::1"; no zone, no brackets
  static Address v4(const std::array<std::uint8_t, 4>& bytes);
  static Address v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const;
  std::string to_string() const;
  // Whom a limit takes for one client: an IPv4 address, or the /64 of IPv6 out of which one customer has 2^64 addresses
  // to change between (threats R1).
  std::string limited_as() const;

  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; } // of IPv4 the last four
  friend bool operator==(const Address&, const Address&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// The same of a text; what is no address is limited as it is.
std::string limited_as(std::string_view address);

// "10.0.0.0/8", "2001:db8::/32", or a single address.
class AddressRange {
 public:
  static std::optional<AddressRange> parse(std::string_view text); // bits beyond the prefix must be 0

  bool contains(const Address& address) const;

 private:
  Address first_;
  unsigned bits_ = 128; // of the prefix, of the 128 of an address
};

// In the order in which they were listed; few.
class AddressRanges {
 public:
  AddressRanges() = default;
  explicit AddressRanges(std::vector<AddressRange> ranges) : ranges_(std::move(ranges)) {}

  bool empty() const { return ranges_.empty(); }
  bool contains(const Address& address) const;
  bool contains(std::string_view address) const; // false for what is no address

 private:
  std::vector<AddressRange> ranges_;
};

} // namespace wire
