#include "mentara/push/vapid.h"

#include <gtest/gtest.h>

#include "wire/base/base64.h"
#include "wire/base/json.h"

namespace mentara::push {
namespace {

// What Node and push services make of the signature, a journey says.
TEST(Vapid, says_who_sends_to_whom_and_for_how_long) {
  const KeyPair key = KeyPair::make();
  const std::string header =
      vapid_authorization(key, "https://push.example.com", "mailto:ops@example.com", UnixTime{1'700'000'000'000});
  ASSERT_TRUE(header.starts_with("vapid t="));
  const std::size_t comma = header.find(", k=");
  ASSERT_NE(comma, header.npos);
  EXPECT_EQ(header.substr(comma + 4), wire::base64url_encode(key.public_key()));
  const std::string token = header.substr(8, comma - 8);
  const std::size_t first = token.find('.'), second = token.rfind('.');
  EXPECT_EQ(wire::base64url_decode_strict(token.substr(0, first)), R"({"typ":"JWT","alg":"ES256"})");
  EXPECT_EQ(wire::base64url_decode_strict(token.substr(first + 1, second - first - 1)),
            R"({"aud":"https://push.example.com","exp":1700043200,"sub":"mailto:ops@example.com"})");
  EXPECT_EQ(wire::base64url_decode_strict(token.substr(second + 1)).value().size(), 64u);
}

} // namespace
} // namespace mentara::push
