#include "mentara/auth/turn_credentials.h"

#include <gtest/gtest.h>

namespace mentara::auth {
namespace {

// printf '%s' '1700003600:user-1' | openssl dgst -sha1 -hmac north -binary | base64
TEST(TurnCredentials, are_what_a_turn_server_with_the_same_secret_computes) {
  const auto credentials = turn_credentials("north", {"user-1"}, UnixTime{1'700'003'600'999});
  EXPECT_EQ(credentials.username, "1700003600:user-1");
  EXPECT_EQ(credentials.password, "xSNMCz+RrHHdTRWq4GHtfh7Is3s=");
  EXPECT_NE(turn_credentials("south", {"user-1"}, UnixTime{1'700'003'600'999}).password, credentials.password);
  EXPECT_NE(turn_credentials("north", {"user-2"}, UnixTime{1'700'003'600'999}).password, credentials.password);
  EXPECT_NE(turn_credentials("north", {"user-1"}, UnixTime{1'700'003'601'000}).password, credentials.password);
}

TEST(TurnCredentials, have_a_name_that_fits_into_stun_whoever_asks) {
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "\xf0\x9f\x98\x80";
  const auto credentials = turn_credentials("north", {longest}, UnixTime{1'700'003'600'000});
  EXPECT_LE(credentials.username.size(), 508u);
  EXPECT_EQ(credentials.username.size(), 11 + 4 * 124u) << "no character is cut in two";
}

} // namespace
} // namespace mentara::auth
