#include "wire/base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace wire {
namespace {

using namespace std::string_literals;

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(Base64, encodes_the_vectors_of_the_rfc) { // RFC 4648 §10
  const std::string plain = "foobar";
  const std::string encoded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t n = 0; n <= plain.size(); ++n) {
    EXPECT_EQ(base64_encode(plain.substr(0, n)), encoded[n]);
    EXPECT_EQ(base64_decode_lenient(encoded[n]), plain.substr(0, n));
    const std::string unpadded = encoded[n].substr(0, encoded[n].find('='));
    EXPECT_EQ(base64url_encode(plain.substr(0, n)), unpadded);
    EXPECT_EQ(base64url_decode_strict(unpadded), plain.substr(0, n));
  }
}

TEST(Base64, appends_behind_what_is_there) {
  std::string out = "b";
  append_base64(out, "\xff\xfe");
  EXPECT_EQ(out, "b//4=");
}

TEST(Base64, brings_every_byte_back_at_every_offset) {
  const std::string bytes = every_byte();
  for (std::size_t begin = 0; begin < 4; ++begin) {
    const std::string some = bytes.substr(begin);
    EXPECT_EQ(base64_decode_lenient(base64_encode(some)), some);
    EXPECT_EQ(base64_decode_lenient(base64url_encode(some)), some);
    EXPECT_EQ(base64url_decode_strict(base64url_encode(some)), some);
  }
}

// The right sides are what Buffer.from(text, "base64") gives in Node.
TEST(Base64, decodes_leniently_as_node_does) {
  EXPECT_EQ(base64_decode_lenient("-_-_"), "\xfb\xff\xbf");
  EXPECT_EQ(base64_decode_lenient("+/-_"), "\xfb\xff\xbf");
  EXPECT_EQ(base64_decode_lenient("Zm9v YmFy\n"), "foobar");
  EXPECT_EQ(base64_decode_lenient("Zm9v\0é!YmFy"s), "foobar");
  EXPECT_EQ(base64_decode_lenient("Zm8=Zm8="), "fo");
  EXPECT_EQ(base64_decode_lenient("Zh=="), "f");
  EXPECT_EQ(base64_decode_lenient("Z"), "");
  EXPECT_EQ(base64_decode_lenient("===="), "");
}

TEST(Base64, decodes_strictly_only_the_one_spelling) {
  for (const std::string& other :
       {"Zg=="s, "Zg="s, "Z"s, "Zm9vZ"s, "Zm9v\n"s, " Zm9v"s, "Zm+v"s, "Zm/v"s, "Zm9v.."s, "Zm9\0"s, "Zmé"s}) {
    EXPECT_EQ(base64url_decode_strict(other), std::nullopt) << other;
  }
}

TEST(Base64, refuses_spare_bits_when_strict) {
  // Of the 64 last characters of a two-character text only 4 have no spare bits, of a three-character text 16.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::size_t of_two = 0, of_three = 0;
  for (char last : alphabet) {
    of_two += base64url_decode_strict("A"s + last).has_value();
    of_three += base64url_decode_strict("AA"s + last).has_value();
  }
  EXPECT_EQ(of_two, 4u);
  EXPECT_EQ(of_three, 16u);
}

} // namespace
} // namespace wire
