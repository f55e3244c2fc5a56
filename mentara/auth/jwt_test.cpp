#include "mentara/auth/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "wire/base/base64.h"

namespace mentara::auth {
namespace {

using namespace std::chrono_literals;

const std::string secret = "0123456789abcdef0123456789abcdef";
constexpr UnixTime now{1'700'000'000'000};
const std::string good_header = R"({"alg":"HS256","typ":"JWT"})";
const std::string good_claims = R"({"sub":"alice","exp":1700000060})";

// Signs whatever it is given, right or wrong, with a MAC that does not come from the code under test.
std::string raw_token(const std::string& header, const std::string& claims, const EVP_MD* hash = EVP_sha256()) {
  const std::string text = wire::base64url_encode(header) + "." + wire::base64url_encode(claims);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(hash, secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac, &size);
  return text + "." + wire::base64url_encode({reinterpret_cast<const char*>(mac), size});
}

const KeySet keys({Key::hmac(JwtAlgorithm::HS256, secret)});

// What happens to the token: "" when it is accepted, else why not.
std::string refusal(const std::string& token, const TokenRules& rules = {}, const KeySet& with = keys) {
  const auto claims = verify(token, with, rules, now);
  return claims ? "" : std::string(to_string(claims.error()));
}
std::string refusal_of(TokenError error) { return std::string(to_string(error)); }
std::string refusal_of_header(const std::string& header) { return refusal(raw_token(header, good_claims)); }
std::string refusal_of_claims(const std::string& claims, const TokenRules& rules = {}) {
  return refusal(raw_token(good_header, claims), rules);
}

TEST(Jwt, a_token_of_our_own_is_read_back_whole) {
  const Claims claims{.subject = "auth0|5f7c8ec7",
                      .expires_at = {now.ms + 60'000},
                      .not_before = UnixTime{now.ms - 1500},
                      .issued_at = now,
                      .token_id = "j-1",
                      .issuer = "https://id.example",
                      .audience = "mentara",
                      .name = "Ålice \"A\"",
                      .first_name = "Ålice",
                      .last_name = "A",
                      .email = "alice@example.com",
                      .role = "service",
                      .avatar_url = "https://cdn.example/a.png"};
  const auto read = verify(sign(claims, *keys.signing_key()), keys, {"https://id.example", "mentara"}, now);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->subject, claims.subject);
  EXPECT_EQ(read->expires_at, claims.expires_at);
  EXPECT_EQ(read->not_before, claims.not_before);
  EXPECT_EQ(read->issued_at, claims.issued_at);
  EXPECT_EQ(read->token_id, claims.token_id);
  EXPECT_EQ(read->name, claims.name);
  EXPECT_EQ(read->email, claims.email);
  EXPECT_EQ(read->role, claims.role);
  EXPECT_EQ(read->avatar_url, claims.avatar_url);
}

// RFC 7515 appendix A.1, whose token expired in 2011.
TEST(Jwt, the_example_of_the_RFC_is_read) {
  const auto key = wire::base64url_decode_strict(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const KeySet theirs({Key::hmac(JwtAlgorithm::HS256, *key)});
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto before = verify(token, theirs, {}, UnixTime{1'300'000'000'000});
  ASSERT_FALSE(before);
  EXPECT_EQ(before.error(), TokenError::bad_subject) << "the signature and exp are right; sub is what it lacks";
  EXPECT_EQ(verify(token, theirs, {}, now).error(), TokenError::expired);
}

TEST(Jwt, each_algorithm_signs_and_verifies) {
  const std::string long_secret(64, 'k');
  for (JwtAlgorithm algorithm : {JwtAlgorithm::HS256, JwtAlgorithm::HS384, JwtAlgorithm::HS512}) {
    const KeySet set({Key::hmac(algorithm, long_secret)});
    const std::string token = sign({.subject = "alice", .expires_at = {now.ms + 1000}}, *set.signing_key());
    EXPECT_EQ(refusal(token, {}, set), "");
  }
}

TEST(Jwt, J1_the_header_never_chooses_the_algorithm) {
  const std::string claims = wire::base64url_encode(good_claims);
  for (const char* alg : {"none", "None", "NONE", "nOnE", "", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA"}) {
    const std::string header = R"({"alg":")" + std::string(alg) + R"(","typ":"JWT"})";
    EXPECT_EQ(refusal(raw_token(header, good_claims)), refusal_of(TokenError::wrong_algorithm)) << alg;
    EXPECT_EQ(refusal(wire::base64url_encode(header) + "." + claims + "."), refusal_of(TokenError::wrong_algorithm))
        << alg;
  }
  for (const char* header : {R"({"typ":"JWT"})", R"({"alg":null})", R"({"alg":256})", R"({"alg":["HS256"]})"}) {
    EXPECT_EQ(refusal_of_header(header), refusal_of(TokenError::wrong_algorithm)) << header;
  }
}

TEST(Jwt, J1_another_hash_with_the_right_secret_is_refused) {
  EXPECT_EQ(refusal(raw_token(R"({"alg":"HS512","typ":"JWT"})", good_claims, EVP_sha512())),
            refusal_of(TokenError::wrong_algorithm));
  EXPECT_EQ(refusal(raw_token(good_header, good_claims, EVP_sha512())), refusal_of(TokenError::wrong_signature));
}

TEST(Jwt, J1_an_empty_signature_is_refused) {
  const std::string token = raw_token(good_header, good_claims);
  EXPECT_EQ(refusal(token.substr(0, token.rfind('.') + 1)), refusal_of(TokenError::wrong_signature));
}

TEST(Jwt, J2_a_key_shorter_than_its_hash_cannot_be_made) {
  EXPECT_THROW(Key::hmac(JwtAlgorithm::HS256, ""), std::invalid_argument);
  EXPECT_THROW(Key::hmac(JwtAlgorithm::HS256, std::string(31, 'k')), std::invalid_argument);
  EXPECT_NO_THROW(Key::hmac(JwtAlgorithm::HS256, std::string(32, 'k')));
  EXPECT_THROW(Key::hmac(JwtAlgorithm::HS384, std::string(47, 'k')), std::invalid_argument);
  EXPECT_NO_THROW(Key::hmac(JwtAlgorithm::HS384, std::string(48, 'k')));
  EXPECT_THROW(Key::hmac(JwtAlgorithm::HS512, std::string(63, 'k')), std::invalid_argument);
  EXPECT_NO_THROW(Key::hmac(JwtAlgorithm::HS512, std::string(64, 'k')));
  EXPECT_THROW(KeySet(AuthConfig{}), std::invalid_argument) << "no default secret exists";
}

TEST(Jwt, J3_every_bit_of_the_signature_counts) {
  const std::string token = raw_token(good_header, good_claims);
  const std::size_t at = token.rfind('.') + 1;
  const std::string mac = *wire::base64url_decode_strict(token.substr(at));
  ASSERT_EQ(refusal(token), "");
  for (std::size_t bit = 0; bit < mac.size() * 8; ++bit) {
    std::string other = mac;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(refusal(token.substr(0, at) + wire::base64url_encode(other)), refusal_of(TokenError::wrong_signature));
  }
  for (const std::string& other : {mac.substr(0, 31), mac + '\0', mac + mac}) {
    EXPECT_EQ(refusal(token.substr(0, at) + wire::base64url_encode(other)), refusal_of(TokenError::wrong_signature));
  }
}

TEST(Jwt, J3_every_character_of_what_is_signed_counts) {
  const std::string token = raw_token(good_header, good_claims);
  for (std::size_t i = 0; i < token.rfind('.'); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(refusal(other), "") << i;
  }
}

TEST(Jwt, J4_kid_is_looked_up_among_the_configured_keys_and_nowhere_else) {
  for (const std::string& kid :
       {std::string("other"), std::string("../../etc/passwd"), std::string("/dev/null"), std::string("' OR 1=1 --"),
        std::string("http://evil.example/k"), std::string(2000, 'k')}) {
    EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","kid":")" + kid + R"("})"), refusal_of(TokenError::unknown_key))
        << kid;
  }
  for (const char* kid : {"null", "1", "{}", "[\"a\"]"}) {
    EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","kid":)" + std::string(kid) + "}"),
              refusal_of(TokenError::unknown_key));
  }
}

TEST(Jwt, J4_a_key_is_found_by_its_id_and_only_with_its_own_algorithm) {
  const KeySet two({Key::hmac(JwtAlgorithm::HS256, std::string(64, 'a'), "a"),
                    Key::hmac(JwtAlgorithm::HS512, std::string(64, 'b'), "b")});
  const Claims claims{.subject = "alice", .expires_at = {now.ms + 1000}};
  EXPECT_EQ(refusal(sign(claims, two.find("a")[0]), {}, two), "");
  EXPECT_EQ(refusal(sign(claims, two.find("b")[0]), {}, two), "");
  const Key a_posing_as_b = Key::hmac(JwtAlgorithm::HS256, std::string(64, 'b'), "b");
  EXPECT_EQ(refusal(sign(claims, a_posing_as_b), {}, two), refusal_of(TokenError::wrong_algorithm));
  EXPECT_EQ(refusal(sign(claims, Key::hmac(JwtAlgorithm::HS256, std::string(64, 'a'))), {}, two),
            refusal_of(TokenError::unknown_key));
}

TEST(Jwt, J4_keys_that_a_header_brings_are_not_looked_at) {
  EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","jku":"http://127.0.0.1:1/k","x5u":"http://127.0.0.1:1/c",)"
                              R"("jwk":{"kty":"oct","k":"AAAA"},"zip":"DEF"})"),
            "")
      << "still verified with our key";
  const std::string text = wire::base64url_encode(R"({"alg":"HS256","jwk":{"kty":"oct","k":""}})") + "." +
                           wire::base64url_encode(good_claims);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), "", 0, reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  EXPECT_EQ(refusal(text + "." + wire::base64url_encode({reinterpret_cast<const char*>(mac), size})),
            refusal_of(TokenError::wrong_signature));
}

TEST(Jwt, J4_crit_is_refused) {
  EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","crit":["exp"],"exp":1})"), refusal_of(TokenError::critical_header));
  EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","b64":false,"crit":["b64"]})"),
            refusal_of(TokenError::critical_header));
  EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","crit":[]})"), refusal_of(TokenError::critical_header));
}

TEST(Jwt, J5_expiry_has_a_leeway_of_five_seconds) {
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":1699999996})"), "");
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":1699999995})"), refusal_of(TokenError::expired));
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":1700000000})", {.leeway = 0ms}), refusal_of(TokenError::expired));
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":1700000000.5})", {.leeway = 0ms}), "");
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":0})"), refusal_of(TokenError::expired));
}

TEST(Jwt, J5_exp_is_mandatory_and_a_number) {
  for (const char* exp : {R"("1700000060")", "null", "true", "[1700000060]", "{}", "-1", "-1700000060", "1e300", "1e17",
                          "253402300800"}) {
    EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":)" + std::string(exp) + "}"), refusal_of(TokenError::bad_time))
        << exp;
  }
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a"})"), refusal_of(TokenError::bad_time));
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","Exp":1700000060})"), refusal_of(TokenError::bad_time));
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":253402300799})"), "");
}

TEST(Jwt, J5_nbf_and_iat_may_lie_ahead_by_the_leeway_at_most) {
  for (const char* name : {"nbf", "iat"}) {
    const std::string claims = R"({"sub":"a","exp":1700000060,")" + std::string(name) + R"(":)";
    EXPECT_EQ(refusal_of_claims(claims + "1700000005}"), "") << name;
    EXPECT_EQ(refusal_of_claims(claims + "1700000006}"), refusal_of(TokenError::not_yet_valid)) << name;
    for (const char* bad : {R"("1")", "null", "-1", "1e300"}) {
      EXPECT_EQ(refusal_of_claims(claims + bad + "}"), refusal_of(TokenError::bad_time)) << name << bad;
    }
  }
}

TEST(Jwt, J5_issuer_and_audience_count_when_they_are_configured) {
  const auto claims = [](const char* more) { return R"({"sub":"a","exp":1700000060)" + std::string(more) + "}"; };
  EXPECT_EQ(refusal_of_claims(claims(R"(,"iss":"x","aud":"y")")), "");

  const TokenRules issuer{.issuer = "us"};
  EXPECT_EQ(refusal_of_claims(claims(R"(,"iss":"us")"), issuer), "");
  for (const char* bad : {"", R"(,"iss":"them")", R"(,"iss":"us ")", R"(,"iss":["us"])", R"(,"iss":null)"}) {
    EXPECT_EQ(refusal_of_claims(claims(bad), issuer), refusal_of(TokenError::wrong_issuer)) << bad;
  }
  const TokenRules audience{.audience = "mentara"};
  for (const char* good : {R"(,"aud":"mentara")", R"(,"aud":["mentara"])", R"(,"aud":["a",1,"mentara"])"}) {
    EXPECT_EQ(refusal_of_claims(claims(good), audience), "") << good;
  }
  for (const char* bad : {"", R"(,"aud":"mentara2")", R"(,"aud":[])", R"(,"aud":["a"])", R"(,"aud":[["mentara"]])",
                          R"(,"aud":{"mentara":1})", R"(,"aud":null)"}) {
    EXPECT_EQ(refusal_of_claims(claims(bad), audience), refusal_of(TokenError::wrong_audience)) << bad;
  }
}

TEST(Jwt, J5_another_type_of_token_is_refused) {
  EXPECT_EQ(refusal_of_header(R"({"alg":"HS256"})"), "");
  EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","typ":"jwt"})"), "");
  for (const char* type : {R"("at+jwt")", R"("JWE")", R"("")", "null", "1"}) {
    EXPECT_EQ(refusal_of_header(R"({"alg":"HS256","typ":)" + std::string(type) + "}"),
              refusal_of(TokenError::wrong_type));
  }
}

TEST(Jwt, J5_a_lifetime_can_be_limited) {
  const TokenRules rules{.max_lifetime = 1h};
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":1700003605})", rules), "");
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","exp":1700003606})", rules), refusal_of(TokenError::lives_too_long));
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","iat":1699999000,"exp":1700002605})", rules), "");
  EXPECT_EQ(refusal_of_claims(R"({"sub":"a","iat":1699999000,"exp":1700002606})", rules),
            refusal_of(TokenError::lives_too_long))
      << "it was too long when it was issued, and does not become good with age";
}

TEST(Jwt, J5_sub_is_a_text_of_1_to_128_characters_without_control_characters) {
  const auto with = [](const std::string& sub) { return R"({"exp":1700000060,"sub":)" + sub + "}"; };
  const auto repeated = [](std::size_t count, const std::string& text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < count; ++i) out += text;
    return out + "\"";
  };
  EXPECT_EQ(refusal_of_claims(with(repeated(1, "a"))), "");
  EXPECT_EQ(refusal_of_claims(with(repeated(128, "a"))), "");
  EXPECT_EQ(refusal_of_claims(with(repeated(128, "😀"))), "");
  for (const std::string& bad :
       {repeated(129, "a"), repeated(0, ""), std::string("1"), std::string("null"), std::string("[\"a\"]"),
        std::string(R"("a\nb")"), std::string(R"("a\u0000")"), std::string("\"a\x7f\""), std::string(R"("a\u0085")")}) {
    EXPECT_EQ(refusal_of_claims(with(bad)), refusal_of(TokenError::bad_subject)) << bad;
  }
  EXPECT_EQ(refusal_of_claims(R"({"exp":1700000060})"), refusal_of(TokenError::bad_subject));
}

TEST(Jwt, J6_the_length_is_looked_at_first) {
  EXPECT_EQ(refusal(std::string(5'000'000, 'a')), refusal_of(TokenError::too_long));
  EXPECT_EQ(refusal(std::string(100'000, '.')), refusal_of(TokenError::too_long));

  // Claims of n bytes give a token that is as long as can be, and one character longer.
  const auto padded = [](std::size_t bytes) {
    std::string claims = R"({"sub":"a","exp":1700000060,"x":")";
    claims.append(bytes - claims.size() - 2, 'x');
    return raw_token(good_header, claims + "\"}");
  };
  std::size_t bytes = 100;
  while (padded(bytes + 1).size() <= limits::token_bytes_max) ++bytes;
  EXPECT_EQ(padded(bytes).size(), limits::token_bytes_max);
  EXPECT_EQ(refusal(padded(bytes)), "");
  EXPECT_EQ(refusal(padded(bytes + 1)), refusal_of(TokenError::too_long));
}

TEST(Jwt, J6_there_are_three_parts) {
  const std::string token = raw_token(good_header, good_claims);
  for (const std::string& bad : {std::string(), std::string("."), std::string("a"), token.substr(0, token.rfind('.')),
                                 token + ".", token + ".x", "." + token, std::string(4000, '.')}) {
    EXPECT_EQ(refusal(bad), refusal_of(TokenError::not_three_parts)) << bad;
  }
  EXPECT_EQ(refusal(".."), refusal_of(TokenError::not_json));
}

TEST(Jwt, J6_base64url_is_read_strictly) {
  const std::string token = raw_token(good_header, good_claims);
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  for (std::size_t end : {first, second, token.size()}) {
    for (const char* foreign : {"=", "==", " ", "\n", "+", "/", "!", "%3D", "é"}) {
      std::string bad = token;
      bad.insert(end, foreign);
      EXPECT_EQ(refusal(bad), refusal_of(TokenError::not_base64url)) << bad;
    }
  }
  EXPECT_EQ(refusal(" " + token), refusal_of(TokenError::not_base64url));
  EXPECT_EQ(refusal(token + std::string(1, '\0')), refusal_of(TokenError::not_base64url));
}

TEST(Jwt, J6_spare_bits_do_not_make_a_second_spelling) {
  std::string token = raw_token(good_header, good_claims); // 32 bytes leave 2 spare bits in the last character
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = alphabet[alphabet.find(token.back()) + 1];
  EXPECT_EQ(refusal(token), refusal_of(TokenError::not_base64url));
}

TEST(Jwt, J6_a_claim_or_header_that_stands_twice_is_refused) {
  for (const char* claims :
       {R"({"sub":"a","sub":"b","exp":1700000060})", R"({"sub":"a","exp":1,"exp":1700000060})",
        R"({"sub":"a","s\u0075b":"b","exp":1700000060})", R"({"sub":"a","exp":1700000060,"x":{"y":1,"y":2}})"}) {
    EXPECT_EQ(refusal_of_claims(claims), refusal_of(TokenError::not_json)) << claims;
  }
  EXPECT_EQ(refusal_of_header(R"({"alg":"none","alg":"HS256"})"), refusal_of(TokenError::not_json));
}

TEST(Jwt, J6_what_is_no_plain_json_object_is_refused) {
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("null"), std::string("\"a\""), good_claims + "x",
        good_claims + good_claims, std::string("{\"sub\":\"\xff\",\"exp\":1700000060}"),
        std::string("\xef\xbb\xbf") + good_claims.substr(1), std::string(1000, '['),
        R"({"sub":"a","exp":1700000060,"x":)" + std::string(50, '[') + std::string(50, ']') + "}"}) {
    EXPECT_EQ(refusal_of_claims(bad), refusal_of(TokenError::not_json)) << bad;
  }
  EXPECT_EQ(refusal_of_header("[]"), refusal_of(TokenError::not_json));
  EXPECT_EQ(refusal_of_header("{"), refusal_of(TokenError::not_json));
}

TEST(Jwt, J10_claims_are_not_parsed_before_the_signature_is_right) {
  const std::string other =
      sign({.subject = "a", .expires_at = now}, Key::hmac(JwtAlgorithm::HS256, std::string(32, 'x')));
  const std::string signature = other.substr(other.rfind('.'));
  EXPECT_EQ(
      refusal(wire::base64url_encode(good_header) + "." + wire::base64url_encode(std::string(2000, '[')) + signature),
      refusal_of(TokenError::wrong_signature));
}

} // namespace
} // namespace mentara::auth
