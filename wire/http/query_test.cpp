#include "wire/http/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

auto pairs(std::string_view text) { return Query(text).pairs(); }

// The expected values are those of `new URLSearchParams(text)`.
TEST(Query, reads_as_URLSearchParams_does) {
  EXPECT_THAT(pairs(""), IsEmpty());
  EXPECT_THAT(pairs("a=1&b=2"), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(pairs("a"), ElementsAre(Pair("a", "")));
  EXPECT_THAT(pairs("=a"), ElementsAre(Pair("", "a")));
  EXPECT_THAT(pairs("="), ElementsAre(Pair("", "")));
  EXPECT_THAT(pairs("a=b=c"), ElementsAre(Pair("a", "b=c")));
  EXPECT_THAT(pairs("&&a=1&"), ElementsAre(Pair("a", "1")));
  EXPECT_THAT(pairs("a+b=c+d"), ElementsAre(Pair("a b", "c d")));
  EXPECT_THAT(pairs("%61%3d=%2B%26%25"), ElementsAre(Pair("a=", "+&%")));
  EXPECT_THAT(pairs("a=%&b=%4&c=%zz"), ElementsAre(Pair("a", "%"), Pair("b", "%4"), Pair("c", "%zz")));
  EXPECT_THAT(pairs("a;b=1"), ElementsAre(Pair("a;b", "1")));
  EXPECT_THAT(pairs("a=%E2%82%AC"), ElementsAre(Pair("a", "€")));
}

TEST(Query, replaces_bytes_that_are_not_UTF_8) {
  EXPECT_THAT(pairs("a=%FF"), ElementsAre(Pair("a", "\uFFFD")));
  EXPECT_THAT(pairs("a=x%E2%82y"), ElementsAre(Pair("a", "x\uFFFDy")));
  EXPECT_THAT(pairs("a=%E2%82"), ElementsAre(Pair("a", "\uFFFD")));
  EXPECT_THAT(pairs("a=%E2%E2%82%AC"), ElementsAre(Pair("a", "\uFFFD€")));
  EXPECT_THAT(pairs("a=%ED%A0%80"), ElementsAre(Pair("a", "\uFFFD\uFFFD\uFFFD")));
  EXPECT_THAT(pairs("a=%C0%80"), ElementsAre(Pair("a", "\uFFFD\uFFFD")));
}

TEST(Query, finds_the_last_of_several_and_counts_them) {
  const Query query("sid=1&EIO=4&s%69d=2");
  EXPECT_EQ(query.find("sid"), "2");
  EXPECT_EQ(query.count("sid"), 2u);
  EXPECT_EQ(query.count("EIO"), 1u);
  EXPECT_EQ(query.find("eio"), std::nullopt);
  EXPECT_EQ(query.find("__proto__"), std::nullopt);
  EXPECT_EQ(query.count("transport"), 0u);
}

} // namespace
} // namespace wire::http
