#include "mentara/push/encryption.h"

#include <gtest/gtest.h>

#include "wire/base/base64.h"

namespace mentara::push {
namespace {

std::string bytes(std::string_view base64url) { return wire::base64url_decode_strict(base64url).value(); }

// RFC 8291, appendix A
const std::string plaintext = "When I grow up, I want to be a watermelon";
const std::string user_key =
    bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
const std::string auth_secret = bytes("BTBZMqHH6r4Tts7J_aSIgg");
const std::string salt = bytes("DGv6ra1nlYgDCS1FRnbzlw");
const std::string own_private = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");

TEST(Encryption, gives_the_message_of_rfc_8291) {
  const auto own = KeyPair::from_private(own_private);
  ASSERT_TRUE(own);
  EXPECT_EQ(wire::base64url_encode(own->public_key()),
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
  EXPECT_EQ(wire::base64url_encode(encrypt(plaintext, user_key, auth_secret, *own, salt).value()),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
            "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(Encryption, is_another_one_each_time) {
  EXPECT_NE(encrypt(plaintext, user_key, auth_secret), encrypt(plaintext, user_key, auth_secret));
}

TEST(Encryption, takes_so_much_and_no_more) {
  const auto size = [](std::size_t n) {
    return encrypt(std::string(n, 'x'), user_key, auth_secret).value_or("").size();
  };
  EXPECT_EQ(size(plaintext_bytes_max), 4096u);
  EXPECT_EQ(size(plaintext_bytes_max + 1), 0u);
}

TEST(Encryption, refuses_keys_that_are_none) {
  std::string off_curve = user_key;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  for (const std::string& key :
       {std::string(), std::string(65, '\0'), off_curve, user_key.substr(1), '\x02' + user_key.substr(1, 32)}) {
    EXPECT_FALSE(encrypt(plaintext, key, auth_secret));
    EXPECT_FALSE(is_public_key(key));
  }
  EXPECT_TRUE(is_public_key(user_key));
  EXPECT_FALSE(encrypt(plaintext, user_key, auth_secret + "x"));
  EXPECT_FALSE(KeyPair::from_private(std::string(32, '\0')));
  EXPECT_FALSE(KeyPair::from_private(std::string(32, '\xff'))) << "above the order of the curve";
  EXPECT_FALSE(KeyPair::from_private("short"));
}

TEST(Encryption, keeps_a_key_that_was_made) {
  const KeyPair made = KeyPair::make();
  EXPECT_EQ(KeyPair::from_private(made.private_key())->public_key(), made.public_key());
}

} // namespace
} // namespace mentara::push
