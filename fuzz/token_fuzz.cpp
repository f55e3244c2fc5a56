// Tokens, whole and as the parts of one that is signed rightly: no input may crash, and only what holds all rules may
// pass. The first byte chooses: the input as it is, as claims, as a header, or as a file of keys.
#include <cstdint>
#include <stdexcept>
#include <string>

#include "mentara/auth/jwt.h"
#include "mentara/auth/key_file.h"
#include "mentara/domain/id.h"
#include "wire/base/base64.h"
#include "wire/base/check.h"
#include "wire/base/utf8.h"

namespace {

using namespace mentara;
using namespace mentara::auth;

constexpr UnixTime now{1'700'000'000'000};

const KeySet& keys() {
  static const KeySet set({Key::hmac(JwtAlgorithm::HS256, std::string(32, 'k')),
                           Key::hmac(JwtAlgorithm::HS512, std::string(64, 'l'), "long"),
                           Key(*PublicKey::ed25519(*wire::base64url_decode_strict( // RFC 8037 appendix A.1
                                   "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")),
                               "ed")});
  return set;
}

std::string signed_token(std::string_view header, std::string_view claims) {
  std::string text = wire::base64url_encode(header) + "." + wire::base64url_encode(claims);
  const std::string signature = keys().signing_key()->sign(text);
  return text.append(".").append(wire::base64url_encode(signature));
}

// True: accepted.
bool look_at(std::string_view token) {
  const auto claims = verify(token, keys(), {.max_lifetime = std::chrono::hours(1)}, now);
  if (!claims) return false;
  wire::check(token.size() <= limits::token_bytes_max, "a token that is too long was accepted");
  wire::check(is_well_formed_user_id(claims->subject), "a subject that is none");
  wire::check(claims->expires_at.ms + 5'000 > now.ms && claims->expires_at.ms <= now.ms + 3'605'000, "a wrong expiry");
  for (const std::string* text : {&claims->name, &claims->email, &claims->role, &claims->token_id}) {
    wire::check(wire::is_utf8(*text), "a claim that is not UTF-8");
  }
  if (token.size() > limits::token_bytes_max / 2) return true; // what we write may be longer
  const auto again = verify(sign(*claims, *keys().signing_key()), keys(), {}, now);
  wire::check(again && again->subject == claims->subject && again->expires_at == claims->expires_at,
              "what was read cannot be written");
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      wire::check(!look_at(input), "an unsigned token was accepted");
      break;
    case 1:
      look_at(signed_token(R"({"alg":"HS256"})", input));
      break;
    case 2:
      look_at(signed_token(input, R"({"sub":"a","exp":1700000060})"));
      break;
    default:
      for (auto algorithm : {JwtAlgorithm::HS256, JwtAlgorithm::RS256, JwtAlgorithm::ES256, JwtAlgorithm::EdDSA}) {
        try {
          for (const Key& key : read_keys(input, {.algorithm = algorithm, .path = "keys"})) {
            wire::check(key.algorithm() == algorithm, "a key for another algorithm than it was named for");
          }
        } catch (const std::invalid_argument&) { // what is no key is refused in words
        }
      }
  }
  return 0;
}
