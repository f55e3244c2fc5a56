#include "wire/http/cors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

Headers headers_for(const CorsOptions& options, std::optional<std::string_view> origin) {
  Headers headers;
  append_cors_headers(headers, options, origin);
  return headers;
}

Request preflight_request(std::vector<Header> headers) {
  Request request;
  request.method = "OPTIONS";
  request.headers = std::move(headers);
  return request;
}

TEST(Cors, allows_any_origin_with_a_star) {
  EXPECT_THAT(headers_for({}, "https://a.example"), ElementsAre(Pair("Access-Control-Allow-Origin", "*")));
  EXPECT_THAT(headers_for({}, std::nullopt), ElementsAre(Pair("Access-Control-Allow-Origin", "*")));
}

TEST(Cors, names_a_fixed_origin_whoever_asks) {
  CorsOptions options;
  options.origin = std::string("https://a.example");
  const auto expected = ElementsAre(Pair("Access-Control-Allow-Origin", "https://a.example"), Pair("Vary", "Origin"));
  EXPECT_THAT(headers_for(options, "https://a.example"), expected);
  EXPECT_THAT(headers_for(options, "https://evil.example"), expected);
  EXPECT_THAT(headers_for(options, std::nullopt), expected);
}

TEST(Cors, reflects_the_origins_of_a_list_and_no_lookalikes) {
  CorsOptions options;
  options.origin = CorsOptions::List{"https://a.example", "https://b.example:8443"};
  EXPECT_THAT(headers_for(options, "https://b.example:8443"),
              ElementsAre(Pair("Access-Control-Allow-Origin", "https://b.example:8443"), Pair("Vary", "Origin")));
  for (const char* origin : {"https://a.example.evil", "http://a.example", "https://a.example:8443",
                             "https://A.example", "null", "", "https://a.example/"}) {
    EXPECT_THAT(headers_for(options, origin), ElementsAre(Pair("Vary", "Origin"))) << origin;
  }
  EXPECT_THAT(headers_for(options, std::nullopt), ElementsAre(Pair("Vary", "Origin")));
}

TEST(Cors, asks_a_predicate) {
  CorsOptions options;
  options.origin = [](std::string_view origin) { return origin.ends_with(".example"); };
  EXPECT_THAT(headers_for(options, "https://a.example"),
              ElementsAre(Pair("Access-Control-Allow-Origin", "https://a.example"), Pair("Vary", "Origin")));
  EXPECT_THAT(headers_for(options, "https://a.evil"), ElementsAre(Pair("Vary", "Origin")));
}

TEST(Cors, adds_credentials_and_exposed_headers_to_every_answer) {
  CorsOptions options;
  options.credentials = true;
  options.exposed_headers = "X-A,X-B";
  EXPECT_THAT(headers_for(options, "https://a.example"),
              ElementsAre(Pair("Access-Control-Allow-Origin", "*"), Pair("Access-Control-Allow-Credentials", "true"),
                          Pair("Access-Control-Expose-Headers", "X-A,X-B")));
}

TEST(Cors, answers_a_preflight_with_the_headers_it_asks_for) {
  CorsOptions options;
  options.origin = CorsOptions::List{"https://a.example"};
  const Response response = preflight_response(
      options,
      preflight_request({{"origin", "https://a.example"}, {"access-control-request-headers", "content-type,x-b"}}));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(response.headers,
              ElementsAre(Pair("Access-Control-Allow-Origin", "https://a.example"),
                          Pair("Vary", "Origin, Access-Control-Request-Headers"),
                          Pair("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE"),
                          Pair("Access-Control-Allow-Headers", "content-type,x-b"), Pair("Content-Length", "0")));
}

TEST(Cors, answers_a_preflight_with_what_is_configured) {
  CorsOptions options;
  options.credentials = true;
  options.methods = "GET,POST";
  options.allowed_headers = "authorization";
  options.exposed_headers = "X-A";
  options.max_age = seconds(600);
  EXPECT_THAT(preflight_response(options, preflight_request({{"access-control-request-headers", "x-b"}})).headers,
              ElementsAre(Pair("Access-Control-Allow-Origin", "*"), Pair("Access-Control-Allow-Credentials", "true"),
                          Pair("Access-Control-Allow-Methods", "GET,POST"),
                          Pair("Access-Control-Allow-Headers", "authorization"), Pair("Access-Control-Max-Age", "600"),
                          Pair("Access-Control-Expose-Headers", "X-A"), Pair("Content-Length", "0")));
}

TEST(Cors, answers_a_preflight_that_asks_for_no_headers) {
  EXPECT_THAT(preflight_response({}, preflight_request({})).headers,
              ElementsAre(Pair("Access-Control-Allow-Origin", "*"),
                          Pair("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE"),
                          Pair("Vary", "Access-Control-Request-Headers"), Pair("Content-Length", "0")));
}

} // namespace
} // namespace wire::http
