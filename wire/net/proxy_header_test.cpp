#include "wire/net/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/base/limits.h"

namespace wire::net {
namespace {

using namespace std::string_literals;

// "192.0.2.1:56324 (44)", "unknown (15)", "more", or the error's name.
std::string told(std::string_view bytes) {
  const auto parsed = parse_proxy_header(bytes);
  if (!parsed) return std::string(to_string(parsed.error()));
  if (!*parsed) return "more";
  const ProxyHeader& header = **parsed;
  const std::string who =
      header.source ? header.source->address + ":" + std::to_string(header.source->port) : "unknown";
  return who + " (" + std::to_string(header.size) + ")";
}

// Every beginning of a header asks for more, and what follows it changes nothing.
void expect_in_all_pieces(const std::string& header, const std::string& expected) {
  EXPECT_EQ(told(header), expected);
  EXPECT_EQ(told(header + "GET / HTTP/1.1\r\n"), expected);
  for (std::size_t cut = 0; cut < header.size(); ++cut) EXPECT_EQ(told(header.substr(0, cut)), "more") << cut;
}

std::string v2(char version_and_command, char family_and_transport, const std::string& body) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += {version_and_command, family_and_transport, static_cast<char>(body.size() >> 8),
             static_cast<char>(body.size() & 0xff)};
  return header + body;
}

const std::string four = "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"s; // 192.0.2.1:56324 → 198.51.100.1:443
const std::string six = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s + std::string(16, 'd') + "\xdc\x04\x01\xbb"s;

TEST(ProxyHeader, of_version_1_names_the_client_H17) {
  expect_in_all_pieces("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1:56324 (45)");
  expect_in_all_pieces("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", "2001:db8::1:1 (44)");
  expect_in_all_pieces("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 2\r\n", "192.0.2.1:1 (50)");
  expect_in_all_pieces("PROXY UNKNOWN\r\n", "unknown (15)");
  expect_in_all_pieces("PROXY UNKNOWN whatever it says\r\n", "unknown (32)");
}

TEST(ProxyHeader, of_version_2_names_the_client_H17) {
  expect_in_all_pieces(v2(0x21, 0x11, four), "192.0.2.1:56324 (28)");
  expect_in_all_pieces(v2(0x21, 0x21, six), "2001:db8::1:56324 (52)");
  expect_in_all_pieces(v2(0x21, 0x11, four + "\x04\0\x03now"s), "192.0.2.1:56324 (34)"); // a TLV that means nothing
  expect_in_all_pieces(v2(0x20, 0x00, ""), "unknown (16)");
  expect_in_all_pieces(v2(0x20, 0x11, "short"), "unknown (21)"); // LOCAL: what it carries is skipped
  expect_in_all_pieces(v2(0x21, 0x00, ""), "unknown (16)");
}

TEST(ProxyHeader, is_refused_when_it_is_something_else_H17) {
  for (const char* text : {"GET / HTTP/1.1\r\n", "P ", "PROXYTCP4", "proxy TCP4", "\x16\x03\x01", "\r\nGET"}) {
    EXPECT_EQ(told(text), "no_header") << text;
  }
}

TEST(ProxyHeader, is_refused_when_it_is_malformed_H17) {
  for (const char* text :
       {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n", "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n",
        "PROXY TCP4 192.0.2.1  198.51.100.1 56324 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 5\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 056 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 -1 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1 \r\n",
        "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", "PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
        "PROXY TCP6 localhost ::1 1 2\r\n", "PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n", "PROXY \r\n", "PROXY TCP4\r\n",
        "PROXY \n"}) {
    EXPECT_EQ(told(text), "malformed") << text;
  }
  EXPECT_EQ(told(v2(0x11, 0x11, four)), "malformed") << "version 1 in binary";
  EXPECT_EQ(told(v2(0x22, 0x11, four)), "malformed") << "an unknown command";
  EXPECT_EQ(told(v2(0x21, 0x41, four)), "malformed") << "an unknown family";
  EXPECT_EQ(told(v2(0x21, 0x13, four)), "malformed") << "an unknown transport";
  EXPECT_EQ(told(v2(0x21, 0x11, four.substr(1))), "malformed") << "an address that is cut short";
  EXPECT_EQ(told(v2(0x21, 0x21, four)), "malformed");
  EXPECT_EQ(told(v2(0x21, 0x12, four)), "not_for_us") << "UDP";
  EXPECT_EQ(told(v2(0x21, 0x31, std::string(216, 'u'))), "not_for_us") << "a socket of Unix";
}

TEST(ProxyHeader, has_a_longest_form_and_no_longer_one_H17) {
  const std::string begin = "PROXY UNKNOWN ";
  const std::string longest = begin + std::string(107 - begin.size() - 2, 'x') + "\r\n";
  EXPECT_EQ(told(longest), "unknown (107)");
  EXPECT_EQ(told(begin + std::string(108 - begin.size() - 2, 'x') + "\r\n"), "too_large");
  EXPECT_EQ(told(begin + std::string(106 - begin.size(), 'x')), "more");
  EXPECT_EQ(told(begin + std::string(107 - begin.size(), 'x')), "too_large");

  const std::size_t body = limits::proxy_header_bytes_max - 16;
  EXPECT_EQ(told(v2(0x21, 0x11, four + std::string(body - four.size(), '\0'))), "192.0.2.1:56324 (536)");
  EXPECT_EQ(told(v2(0x21, 0x11, four + std::string(body + 1 - four.size(), '\0'))), "too_large");
  EXPECT_EQ(told(v2(0x21, 0x11, std::string(65535, '\0')).substr(0, 16)), "too_large") << "before the rest has come";
}

} // namespace
} // namespace wire::net
