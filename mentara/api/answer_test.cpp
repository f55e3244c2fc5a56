#include "mentara/api/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mentara::api {
namespace {

using testing::Contains;
using testing::Pair;

TEST(ApiAnswer, puts_the_fields_of_an_ack_into_data) {
  EXPECT_EQ(success(R"({"success":true,"message":{"id":"m"},"duplicate":true})").body,
            R"({"success":true,"data":{"message":{"id":"m"},"duplicate":true}})");
  EXPECT_EQ(success(R"({"success":true})").body, R"({"success":true,"data":{}})");
  EXPECT_EQ(success(R"({"success":true})").status, 200);
}

TEST(ApiAnswer, has_the_status_that_fits_the_code) {
  for (const auto& [code, status] :
       {std::pair(Code::token_missing, 401), std::pair(Code::token_expired, 401), std::pair(Code::forbidden, 403),
        std::pair(Code::blocked, 403), std::pair(Code::not_found, 404), std::pair(Code::conflict, 409),
        std::pair(Code::busy, 409), std::pair(Code::invalid_payload, 400), std::pair(Code::payload_too_large, 413),
        std::pair(Code::rate_limited, 429), std::pair(Code::unavailable, 503), std::pair(Code::internal, 500)}) {
    EXPECT_EQ(failure({code, "x"}).status, status) << to_string(code);
  }
}

TEST(ApiAnswer, says_when_to_try_again_in_whole_seconds) {
  EXPECT_THAT(failure(unavailable("full", 1)).headers, Contains(Pair("Retry-After", "1")));
  EXPECT_THAT(failure(unavailable("full", 1001)).headers, Contains(Pair("Retry-After", "2")));
  EXPECT_EQ(failure(unavailable("full", 1001)).body,
            R"({"success":false,"error":"full","code":"unavailable","retryAfterMs":1001})");
}

} // namespace
} // namespace mentara::api
