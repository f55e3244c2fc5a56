#include "wire/http/content_encoding.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace wire::http {
namespace {

constexpr auto gzip = ContentEncoding::gzip;
constexpr auto deflate = ContentEncoding::deflate;

// zlib tells by itself which wrapper it is.
std::string inflated(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 32), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_out, 0u);
  inflateEnd(&stream);
  return out;
}

TEST(ContentEncoding, prefers_gzip_where_both_are_welcome) {
  for (const char* value : {"gzip", "gzip, deflate", "deflate,gzip", "gzip, deflate, br, zstd", "GZIP", "x-gzip", "*",
                            "deflate;q=0.5, *", "gzip;q=1.000", " gzip ; q=0.001 "}) {
    EXPECT_EQ(negotiate_encoding(value), gzip) << value;
  }
}

TEST(ContentEncoding, is_deflate_where_gzip_is_not_named_or_weighs_less) {
  for (const char* value : {"deflate", "gzip;q=0, deflate", "gzip;q=0.5, deflate;q=0.8", "gzip;q=0, *",
                            "gzip;q=0.333,deflate;q=0.334", "Deflate;Q=0.1"}) {
    EXPECT_EQ(negotiate_encoding(value), deflate) << value;
  }
}

TEST(ContentEncoding, is_none_where_neither_is_wanted) {
  for (const char* value : {"", "identity", "br", "gzip;q=0", "gzip;q=0.0, deflate;q=0.000", "*;q=0", "gzipped", ",,,",
                            ";", "gzip;q=", "gzip;q=2", "gzip;q=0.5555", "gzip;q=a", "gzip;level=1"}) {
    EXPECT_EQ(negotiate_encoding(value), std::nullopt) << value;
  }
}

TEST(ContentEncoding, what_is_compressed_can_be_restored) {
  const std::string zeros(100'000, '\0');
  std::string noise;
  for (unsigned i = 0, x = 1; i < 50'000; ++i, x = x * 1664525 + 1013904223) noise += static_cast<char>(x >> 24);
  for (const ContentEncoding encoding : {gzip, deflate}) {
    for (const std::string& bytes : {std::string("x"), std::string("hello"), zeros, noise}) {
      EXPECT_EQ(inflated(compress(encoding, bytes), bytes.size()), bytes);
    }
    EXPECT_LT(compress(encoding, zeros).size(), 1000u);
  }
  EXPECT_EQ(compress(gzip, "x").substr(0, 2), "\x1f\x8b");
}

} // namespace
} // namespace wire::http
