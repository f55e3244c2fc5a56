#include "wire/eio/cookie.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace wire::eio {
namespace {

TEST(EioCookie, has_the_attributes_that_socket_io_gives_it) {
  EXPECT_EQ(Cookie({}).set_cookie("abc"), "io=abc; Path=/; HttpOnly; SameSite=Lax");
}

TEST(EioCookie, has_the_attributes_that_were_asked_for) {
  CookieOptions options;
  options.name = "server";
  options.path = "/chat";
  options.domain = "example.com";
  options.max_age = seconds(86400);
  options.expires_unix_seconds = 1'800'000'000;
  options.secure = options.partitioned = true;
  options.same_site = SameSite::none;
  EXPECT_EQ(Cookie(options).set_cookie("a"),
            "server=a; Max-Age=86400; Domain=example.com; Path=/chat; Expires=Fri, 15 Jan 2027 08:00:00 GMT; HttpOnly; "
            "Secure; Partitioned; SameSite=None");
  options = {};
  options.path = "";
  options.http_only = false;
  options.same_site = SameSite::unset;
  EXPECT_EQ(Cookie(options).set_cookie("a"), "io=a");
  options.same_site = SameSite::strict;
  EXPECT_EQ(Cookie(options).set_cookie("a"), "io=a; SameSite=Strict");
}

TEST(EioCookie, E21_is_refused_when_a_text_could_begin_another_attribute_or_header) {
  const auto refused = [](auto change) {
    CookieOptions options;
    change(options);
    EXPECT_THROW(Cookie cookie(options), std::invalid_argument);
  };
  for (const char* name : {"", "a b", "a=b", "a;b", "a\r\nb", "\xc3\xa4"}) {
    refused([&](CookieOptions& options) { options.name = name; });
  }
  for (const char* path : {"/; Secure", "/\r\nSet-Cookie: a=b", "/\x7f", "/\xc3\xa4"}) {
    refused([&](CookieOptions& options) { options.path = path; });
  }
  for (const char* domain : {"a;b", "a b", "a\nb", "a/b"}) {
    refused([&](CookieOptions& options) { options.domain = domain; });
  }
}

TEST(EioCookie, is_refused_when_browsers_would_drop_it) {
  CookieOptions options;
  options.same_site = SameSite::none;
  EXPECT_THROW(Cookie cookie(options), std::invalid_argument);
  options = {};
  options.partitioned = true;
  EXPECT_THROW(Cookie cookie(options), std::invalid_argument);
}

} // namespace
} // namespace wire::eio
