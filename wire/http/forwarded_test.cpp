#include "wire/http/forwarded.h"

#include <gtest/gtest.h>

#include <string>

namespace wire::http {
namespace {

const AddressRanges proxies({*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("fd00::/8")});

std::string client(std::vector<Header> headers, ForwardedHeader which = ForwardedHeader::x_forwarded_for) {
  const auto address = forwarded_client(headers, which, proxies);
  return address ? address->to_string() : "none";
}
std::string for_list(std::string_view value) { return client({{"x-forwarded-for", value}}); }
std::string standard(std::string_view value) { return client({{"forwarded", value}}, ForwardedHeader::forwarded); }

TEST(Forwarded, names_the_last_address_that_is_no_proxy_of_ours_R1) {
  EXPECT_EQ(for_list("203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(for_list("203.0.113.7, 10.1.1.1,10.2.2.2"), "203.0.113.7");
  EXPECT_EQ(for_list("1.2.3.4, 203.0.113.7"), "203.0.113.7") << "the client made the first one up";
  EXPECT_EQ(for_list("1.2.3.4, 10.9.9.9, 203.0.113.7, 10.1.1.1"), "203.0.113.7");
  EXPECT_EQ(for_list("2001:DB8::1, fd00::2"), "2001:db8::1");
}

TEST(Forwarded, reads_several_headers_as_one_list_R1) {
  EXPECT_EQ(client({{"x-forwarded-for", "1.2.3.4"}, {"host", "a"}, {"x-forwarded-for", "203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(client({{"x-forwarded-for", "203.0.113.7"}, {"x-forwarded-for", "10.1.1.1"}}), "203.0.113.7");
}

TEST(Forwarded, takes_addresses_with_their_ports) {
  EXPECT_EQ(for_list("203.0.113.7:4711"), "203.0.113.7");
  EXPECT_EQ(for_list("[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(for_list("[2001:db8::1]"), "2001:db8::1");
}

TEST(Forwarded, stops_at_what_is_no_address_R1) {
  EXPECT_EQ(for_list(""), "none");
  EXPECT_EQ(for_list("unknown"), "none");
  EXPECT_EQ(for_list("203.0.113.7, nonsense"), "none");
  EXPECT_EQ(for_list("203.0.113.7, nonsense, 10.1.1.1"), "10.1.1.1") << "the proxy that heard nonsense";
  EXPECT_EQ(for_list("203.0.113.7,"), "none");
  EXPECT_EQ(for_list("[2001:db8::1"), "none");
  EXPECT_EQ(for_list("[2001:db8::1]x"), "none");
  EXPECT_EQ(for_list("\"203.0.113.7"), "none");
  EXPECT_EQ(for_list(std::string(8000, ',')), "none");
}

TEST(Forwarded, is_the_farthest_one_when_all_are_ours) { EXPECT_EQ(for_list("10.1.1.1, 10.2.2.2"), "10.1.1.1"); }

TEST(Forwarded, is_read_as_the_standard_writes_it) {
  EXPECT_EQ(standard("for=203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(standard("for=1.2.3.4, For=203.0.113.7;proto=https;by=10.0.0.1"), "203.0.113.7");
  EXPECT_EQ(standard(R"(proto=http;for="[2001:db8::1]:4711", for=10.1.1.1)"), "2001:db8::1");
  EXPECT_EQ(standard(R"(for="_gazonk;, x", for=203.0.113.7)"), "203.0.113.7");
  EXPECT_EQ(standard(R"(for=203.0.113.7;ext="a\", for=1.2.3.4")"), "203.0.113.7") << "a quote within quotes";
  EXPECT_EQ(standard("for=unknown"), "none");
  EXPECT_EQ(standard("by=203.0.113.7"), "none");
  EXPECT_EQ(standard("for=1.2.3.4;for=203.0.113.7"), "none");
  EXPECT_EQ(standard(R"(for="203.0.113.7)"), "none");
}

TEST(Forwarded, is_not_hidden_by_what_a_client_left_open_R1) {
  EXPECT_EQ(for_list("\", 203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(client({{"x-forwarded-for", "\"\\"}, {"x-forwarded-for", "203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(standard(R"(for=", for=203.0.113.7)"), "203.0.113.7");
  EXPECT_EQ(standard(R"(for="\\, for="[2001:db8::1]")"), "2001:db8::1");
  EXPECT_EQ(client({{"forwarded", "for=\"1.2.3.4;by="}, {"forwarded", "for=203.0.113.7"}}, ForwardedHeader::forwarded),
            "203.0.113.7");
}

TEST(Forwarded, is_looked_for_in_one_header_alone_R1) {
  EXPECT_EQ(client({{"forwarded", "for=1.2.3.4"}}), "none");
  EXPECT_EQ(client({{"x-forwarded-for", "1.2.3.4"}}, ForwardedHeader::forwarded), "none");
}

} // namespace
} // namespace wire::http
