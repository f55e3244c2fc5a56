#include "mentara/auth/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "mentara/auth/jwt.h"
#include "wire/base/base64.h"

namespace mentara::auth {
namespace {

using testing::HasSubstr;

constexpr UnixTime now{1'700'000'000'000};
const std::string claims = R"({"sub":"alice","exp":1700000060})";

// The private half, of which the code under test knows nothing.
class Pair {
 public:
  static Pair rsa(unsigned bits = 2048) { return Pair(EVP_RSA_gen(bits)); }
  static Pair ec(const char* curve = "P-256") { return Pair(EVP_EC_gen(curve)); }
  static Pair ed25519() { return Pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

  std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key_.get());
    return text_of(out);
  }
  std::string private_pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(out);
  }
  // A big number of the public key in base64url: "n", "e", "qx", "qy".
  std::string number(const char* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    if (name[0] == 'q') bytes.resize(32);
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    BN_free(number);
    return wire::base64url_encode(bytes);
  }
  std::string point() const {
    std::string bytes(32, '\0');
    std::size_t size = bytes.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
    return wire::base64url_encode(bytes);
  }

  // DER where the kind of key has it.
  std::string sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_PKEY_is_a(key_.get(), "ED25519") ? nullptr : EVP_sha256(), nullptr,
                       key_.get());
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return signature;
  }

 private:
  explicit Pair(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {}
  static std::string text_of(BIO* out) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
  }
  std::shared_ptr<EVP_PKEY> key_;
};

const Pair rsa = Pair::rsa();
const Pair p256 = Pair::ec();
const Pair ed25519 = Pair::ed25519();

// r and s side by side, out of the DER of an ECDSA-Sig-Value.
std::string side_by_side(const std::string& der) {
  const auto number = [&](std::size_t at) {
    std::string bytes = der.substr(at + 2, static_cast<std::size_t>(der[at + 1]));
    if (bytes.size() > 32) bytes.erase(0, bytes.size() - 32);
    return std::string(32 - bytes.size(), '\0') + bytes;
  };
  return number(2) + number(4 + static_cast<std::size_t>(der[3]));
}

std::string signed_text(const std::string& alg, const std::string& kid) {
  const std::string header = R"({"alg":")" + alg + "\"" + (kid.empty() ? "" : R"(,"kid":")" + kid + "\"") + "}";
  return wire::base64url_encode(header) + "." + wire::base64url_encode(claims);
}
std::string token_of(const Pair& pair, const std::string& alg, const std::string& kid = {}) {
  const std::string text = signed_text(alg, kid);
  const std::string signature = pair.sign(text);
  return text + "." + wire::base64url_encode(alg == "ES256" ? side_by_side(signature) : signature);
}

// "" when the token is accepted, else why not.
std::string refusal(const std::string& token, const std::vector<Key>& keys) {
  const auto read = verify(token, KeySet(keys), {}, now);
  return read ? "" : std::string(to_string(read.error()));
}
const std::string wrong_algorithm(to_string(TokenError::wrong_algorithm));
const std::string wrong_signature(to_string(TokenError::wrong_signature));
const std::string unknown_key(to_string(TokenError::unknown_key));

// What it says when it is refused.
std::string problem(const std::string& text, const KeyFile& file) {
  try {
    read_keys(text, file);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

const KeyFile rs256{.algorithm = JwtAlgorithm::RS256, .path = "k"};
const KeyFile es256{.algorithm = JwtAlgorithm::ES256, .path = "k"};
const KeyFile eddsa{.algorithm = JwtAlgorithm::EdDSA, .path = "k"};
const KeyFile hs256{.algorithm = JwtAlgorithm::HS256, .path = "k"};

std::string jwk_rsa(const std::string& more = R"("kid":"r")") {
  return R"({"kty":"RSA","n":")" + rsa.number("n") + R"(","e":")" + rsa.number("e") + "\"," + more + "}";
}
std::string jwk_p256() {
  return R"({"kty":"EC","crv":"P-256","kid":"e","x":")" + p256.number("qx") + R"(","y":")" + p256.number("qy") + "\"}";
}
std::string jwk_ed25519() { return R"({"kty":"OKP","crv":"Ed25519","kid":"d","x":")" + ed25519.point() + "\"}"; }
const std::string jwk_secret = R"({"kty":"oct","kid":"h","k":")" + wire::base64url_encode(std::string(32, 'k')) + "\"}";

TEST(KeyFile, a_PEM_holds_a_public_key_that_checks_tokens) {
  EXPECT_EQ(refusal(token_of(rsa, "RS256"), read_keys(rsa.pem(), rs256)), "");
  EXPECT_EQ(refusal(token_of(p256, "ES256"), read_keys(p256.pem(), es256)), "");
  EXPECT_EQ(refusal(token_of(ed25519, "EdDSA"), read_keys(ed25519.pem(), eddsa)), "");
  KeyFile named = rs256;
  named.id = "2026";
  EXPECT_EQ(refusal(token_of(rsa, "RS256", "2026"), read_keys(rsa.pem(), named)), "");
  EXPECT_EQ(refusal(token_of(rsa, "RS256"), read_keys(rsa.pem(), named)), unknown_key);
}

TEST(KeyFile, a_JWKS_holds_keys_by_their_kid_and_gives_those_of_the_algorithm) {
  const std::string set = R"({"keys":[)" + jwk_rsa() + "," + jwk_p256() + "," + jwk_ed25519() + "," + jwk_secret + "]}";
  EXPECT_EQ(refusal(token_of(rsa, "RS256", "r"), read_keys(set, rs256)), "");
  EXPECT_EQ(refusal(token_of(p256, "ES256", "e"), read_keys(set, es256)), "");
  EXPECT_EQ(refusal(token_of(ed25519, "EdDSA", "d"), read_keys(set, eddsa)), "");
  EXPECT_EQ(read_keys(set, rs256).size(), 1u);
  const auto secret = read_keys(set, hs256);
  EXPECT_EQ(refusal(sign({.subject = "a", .expires_at = {now.ms + 1}}, secret[0]), secret), "");
  KeyFile chosen = rs256;
  chosen.id = "s";
  EXPECT_THAT(problem(set, chosen), HasSubstr("holds no key for RS256 with the id \"s\""));
  EXPECT_EQ(refusal(token_of(rsa, "RS256", "r"), read_keys(jwk_rsa(), rs256)), "") << "a JWK alone";
}

TEST(KeyFile, what_a_JWKS_holds_for_other_ends_is_passed_over) {
  for (const char* more : {R"("alg":"RS512")", R"("alg":"none")", R"("alg":null)", R"("use":"enc")"}) {
    EXPECT_THAT(problem(R"({"keys":[)" + jwk_rsa(more) + "]}", rs256), HasSubstr("holds no key for RS256")) << more;
  }
  EXPECT_EQ(problem(jwk_rsa(R"("alg":"RS256","use":"sig")"), rs256), "");
  for (const char* other : {R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})", R"({"kty":"RSA"})", "{}", "[]", "1"}) {
    EXPECT_THAT(problem(R"({"keys":[)" + std::string(other) + "]}", es256), HasSubstr("holds no key for ES256"));
  }
}

TEST(KeyFile, a_secret_may_stand_in_a_file_of_its_own_with_a_line_end) {
  const auto keys = read_keys(std::string(32, 's') + "\n", hs256);
  EXPECT_EQ(
      refusal(sign({.subject = "a", .expires_at = {now.ms + 1}}, Key::hmac(JwtAlgorithm::HS256, std::string(32, 's'))),
              keys),
      "");
  EXPECT_THAT(problem(std::string(31, 's') + "\n", hs256), HasSubstr("needs at least 32 bytes"));
}

TEST(KeyFile, J2_the_kind_of_the_key_fixes_the_algorithm) {
  EXPECT_THAT(problem(rsa.pem(), es256), HasSubstr("the key is for RS256, not for ES256"));
  EXPECT_THAT(problem(p256.pem(), eddsa), HasSubstr("the key is for ES256, not for EdDSA"));
  EXPECT_THAT(problem(rsa.pem(), hs256), HasSubstr("a PEM is no secret"));
  EXPECT_THROW(Key::hmac(JwtAlgorithm::HS256, rsa.pem()), std::invalid_argument);
}

TEST(KeyFile, J2_a_public_key_is_never_a_secret) {
  const auto keys = read_keys(rsa.pem(), rs256);
  const std::string text = signed_text("HS256", "");
  for (const std::string& secret : {rsa.pem(), std::string()}) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    const std::string signature(reinterpret_cast<const char*>(mac), size);
    EXPECT_EQ(refusal(text + "." + wire::base64url_encode(signature), keys), wrong_algorithm);
  }
  EXPECT_THAT(problem(R"({"keys":[)" + jwk_rsa("\"x\":1") + "]}", hs256), HasSubstr("holds no key for HS256"))
      << "an RSA key without alg is no empty secret";
  EXPECT_THAT(problem(R"({"kty":"oct","k":""})", hs256), HasSubstr("has no k"));
  EXPECT_THAT(problem(R"({"kty":"oct","k":"AAAA"})", hs256), HasSubstr("needs at least 32 bytes"));
}

TEST(KeyFile, J3_ES256_takes_r_and_s_side_by_side_and_nothing_else) {
  const auto keys = read_keys(p256.pem(), es256);
  const std::string text = signed_text("ES256", "");
  const std::string der = p256.sign(text);
  const std::string good = side_by_side(der);
  const auto refused = [&](const std::string& signature) {
    return refusal(text + "." + wire::base64url_encode(signature), keys);
  };
  ASSERT_EQ(refused(good), "");
  // The order of the group (SEC 2 §2.4.2): r and s lie between 1 and n - 1.
  const std::string n = *wire::base64url_decode_strict("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
  const std::string zero(32, '\0'), r = good.substr(0, 32), s = good.substr(32);
  for (const std::string& bad : {zero + zero, r + zero, zero + s, n + s, r + n, n + n, std::string(64, '\xff'), der,
                                 good + '\0', '\0' + good, good.substr(0, 63), r, std::string()}) {
    EXPECT_NE(refused(bad), "") << bad.size();
  }
  EXPECT_EQ(refused(der), wrong_signature);
  EXPECT_EQ(refused(zero + zero), wrong_signature);
}

TEST(KeyFile, J3_every_bit_of_a_signature_counts) {
  const auto rsa_keys = read_keys(rsa.pem(), rs256);
  const auto ed_keys = read_keys(ed25519.pem(), eddsa);
  for (const auto& [token, keys] :
       {std::pair(token_of(rsa, "RS256"), &rsa_keys), std::pair(token_of(ed25519, "EdDSA"), &ed_keys)}) {
    const std::size_t at = token.rfind('.') + 1;
    const std::string signature = *wire::base64url_decode_strict(token.substr(at));
    for (std::size_t i = 0; i < signature.size(); ++i) {
      std::string other = signature;
      other[i] = static_cast<char>(other[i] ^ (1 << i % 8));
      EXPECT_EQ(refusal(token.substr(0, at) + wire::base64url_encode(other), *keys), wrong_signature) << i;
    }
  }
}

TEST(KeyFile, a_key_that_is_weak_or_of_another_kind_is_refused) {
  EXPECT_THAT(problem(Pair::rsa(1024).pem(), rs256), HasSubstr("has 1024 bits"));
  EXPECT_THAT(problem(Pair::ec("P-384").pem(), es256), HasSubstr("of a kind that no supported algorithm uses"));
  EXPECT_THAT(problem(rsa.private_pem(), rs256), HasSubstr("is a private one"));
  EXPECT_THAT(problem(jwk_rsa(R"("kid":"r","d":"AA")"), rs256), HasSubstr("\"r\" is a private one"));
  EXPECT_THAT(
      problem(R"({"kty":"EC","crv":"P-256","x":")" + p256.number("qx") + R"(","y":")" + p256.number("qx") + "\"}",
              es256),
      HasSubstr("cannot be read"))
      << "a point beside the curve";
  EXPECT_THAT(problem(R"({"kty":"RSA","n":")" + rsa.number("n") + R"(","e":"AQ"})", rs256), HasSubstr("is no sound"))
      << "with the exponent 1 anybody signs";
}

TEST(KeyFile, what_is_no_key_is_refused_with_the_name_of_the_file) {
  EXPECT_THAT(problem("", rs256), HasSubstr("k: the key cannot be read"));
  EXPECT_THAT(problem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", rs256),
              HasSubstr("cannot be read"));
  EXPECT_THAT(problem("{", rs256), HasSubstr("k: no JSON"));
  EXPECT_THAT(problem(R"({"keys":[]})", rs256), HasSubstr("holds no key"));
  EXPECT_THAT(problem(R"({"kty":"RSA","n":"A+","e":"AQAB"})", rs256), HasSubstr("has no n in base64url"));
  EXPECT_THROW(read_key_file({.path = "/nowhere/k.pem"}), std::invalid_argument);
}

TEST(KeyFile, keys_with_one_id_stand_side_by_side_while_one_takes_the_others_place) {
  const Pair next = Pair::ec();
  std::vector<Key> keys = read_keys(p256.pem(), es256);
  keys.push_back(read_keys(next.pem(), es256)[0]);
  keys.push_back(read_keys(rsa.pem(), rs256)[0]);
  EXPECT_EQ(refusal(token_of(p256, "ES256"), keys), "");
  EXPECT_EQ(refusal(token_of(next, "ES256"), keys), "");
  EXPECT_EQ(refusal(token_of(rsa, "RS256"), keys), "");
  EXPECT_EQ(refusal(token_of(Pair::ec(), "ES256"), keys), wrong_signature);
  keys.push_back(keys[0]);
  EXPECT_NO_THROW(KeySet{keys});
  keys.push_back(keys[0]);
  EXPECT_THROW(KeySet{keys}, std::invalid_argument) << "each would be tried on every token";
}

} // namespace
} // namespace mentara::auth
