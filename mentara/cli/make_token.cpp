#include "mentara/cli/make_token.h"

#include <algorithm>
#include <stdexcept>

namespace mentara::cli {

std::chrono::milliseconds default_ttl(const AuthConfig& config) {
  const std::chrono::milliseconds day = std::chrono::hours(24);
  return config.max_lifetime.count() > 0 ? std::min(day, config.max_lifetime) : day;
}

wire::Result<std::string, auth::TokenError> make_token(auth::Claims claims, std::chrono::milliseconds ttl,
                                                       const AuthConfig& config, UnixTime now) {
  claims.issuer = config.issuer;
  claims.audience = config.audience;
  // Whole seconds, which every reader of tokens understands.
  claims.issued_at = UnixTime{now.ms / 1000 * 1000};
  claims.expires_at = UnixTime{(now.ms + ttl.count()) / 1000 * 1000};
  const auth::KeySet keys(config);
  const auth::Key* key = keys.signing_key();
  if (!key) {
    throw std::runtime_error(
        "no token can be made here: only public keys are configured. Ask whoever has the private "
        "one, or set auth.secret beside them.");
  }
  std::string token = auth::sign(claims, *key);
  const auto accepted = auth::verify(token, keys, auth::token_rules(config), now);
  if (!accepted) return accepted.error();
  return token;
}

} // namespace mentara::cli
