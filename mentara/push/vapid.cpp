#include "mentara/push/vapid.h"

#include "wire/base/base64.h"
#include "wire/base/json.h"

namespace mentara::push {

std::string vapid_authorization(const KeyPair& key, std::string_view origin, std::string_view subject, UnixTime now) {
  constexpr std::int64_t lifetime_s = 12 * 3600; // §2: at most 24 hours
  std::string claims;
  wire::JsonObjectWriter object(claims);
  object.member("aud", origin).member("exp", now.ms / 1000 + lifetime_s);
  if (!subject.empty()) object.member("sub", subject);
  object.end();
  std::string token = wire::base64url_encode(R"({"typ":"JWT","alg":"ES256"})");
  token.append(".").append(wire::base64url_encode(claims));
  const std::string signature = wire::base64url_encode(key.sign_es256(token)); // of the token without a further dot
  token.append(".").append(signature);
  return "vapid t=" + token + ", k=" + wire::base64url_encode(key.public_key());
}

} // namespace mentara::push
