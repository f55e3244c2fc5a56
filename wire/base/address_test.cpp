#include "wire/base/address.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

std::string canonical(std::string_view text) {
  const auto address = Address::parse(text);
  return address ? address->to_string() : "none";
}

TEST(Address, has_one_spelling) {
  EXPECT_EQ(canonical("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(canonical("::1"), "::1");
  EXPECT_EQ(canonical("::ffff:192.0.2.1"), "192.0.2.1") << "which a listener on :: is told";
  EXPECT_TRUE(Address::parse("::ffff:192.0.2.1")->is_v4());
  EXPECT_FALSE(Address::parse("::192.0.2.1")->is_v4());
}

TEST(Address, is_nothing_else) {
  for (const char* text : {"", " 192.0.2.1", "192.0.2.1 ", "192.0.2", "192.0.2.256", "0300.0.2.1", "192.0.2.1:80",
                           "[::1]", "fe80::1%eth0", "localhost", "1", ":::", "2001:db8::1::2"}) {
    EXPECT_EQ(canonical(text), "none") << text;
  }
  EXPECT_EQ(canonical(std::string_view("192.0.2.1\0", 10)), "none");
  EXPECT_EQ(canonical(std::string(100'000, ':')), "none");
}

TEST(Address, of_IPv6_is_limited_with_its_whole_site_R1) {
  EXPECT_EQ(Address::parse("192.0.2.1")->limited_as(), "192.0.2.1");
  EXPECT_EQ(Address::parse("2001:db8:1:2:3:4:5:6")->limited_as(), "2001:db8:1:2::/64");
  EXPECT_EQ(Address::parse("2001:db8:1:2::")->limited_as(), Address::parse("2001:db8:1:2:ffff::")->limited_as());
  EXPECT_NE(Address::parse("2001:db8:1:2::")->limited_as(), Address::parse("2001:db8:1:3::")->limited_as());
}

bool contains(std::string_view range, std::string_view address) {
  return AddressRanges({*AddressRange::parse(range)}).contains(address);
}

TEST(AddressRange, contains_its_prefix_and_nothing_beside_it) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("10.1.2.128/25", "10.1.2.128"));
  EXPECT_FALSE(contains("10.1.2.128/25", "10.1.2.127"));
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "nothing"));
}

TEST(AddressRange, of_one_family_has_none_of_the_other) {
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(contains("::/0", "203.0.113.9"));
}

TEST(AddressRange, must_be_meant_as_it_is_written) {
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "/8", "::/129",
                           "::ffff:10.0.0.0/104", "10.0.0.0/8/8", "2001:db8::1/64", "*"}) {
    EXPECT_FALSE(AddressRange::parse(text)) << text;
  }
}

TEST(AddressRanges, may_be_none_at_all) { EXPECT_FALSE(AddressRanges().contains("127.0.0.1")); }

} // namespace
} // namespace wire
