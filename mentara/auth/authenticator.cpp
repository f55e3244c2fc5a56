#include "mentara/auth/authenticator.h"

#include <algorithm>
#include <stdexcept>

#include "wire/base/log.h"

namespace mentara::auth {
namespace {

Failure token_missing() {
  return {Code::token_missing, "A token is needed: send it as auth.token, or in the header Authorization: Bearer."};
}
Failure token_invalid() { return {Code::token_invalid, "This token is not valid here."}; }
Failure token_expired() { return {Code::token_expired, "This token has expired; connect again with a new one."}; }

Failure token_revoked() { return {Code::token_revoked, "This token was revoked; sign in again."}; }

// Empty when the header holds something else; the scheme is written in any case (RFC 9110 §11.1).
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  const auto same = [](char expected, char c) { return expected == (c >= 'A' && c <= 'Z' ? c + 32 : c); };
  if (authorization.size() < scheme.size()) return {};
  if (!std::equal(scheme.begin(), scheme.end(), authorization.begin(), same)) return {};
  const std::size_t token = authorization.find_first_not_of(' ', scheme.size());
  return token == authorization.npos ? std::string_view() : authorization.substr(token);
}

Identity to_identity(Claims claims) {
  Identity identity;
  User& user = identity.user;
  user.id = UserId{std::move(claims.subject)};
  user.name = std::move(claims.name);
  if (user.name.empty()) {
    user.name = claims.first_name;
    if (!claims.first_name.empty() && !claims.last_name.empty()) user.name += ' ';
    user.name += claims.last_name;
  }
  user.first_name = std::move(claims.first_name);
  user.last_name = std::move(claims.last_name);
  user.avatar_url = std::move(claims.avatar_url);
  user.role = std::move(claims.role);
  identity.email = std::move(claims.email);
  identity.token_id = std::move(claims.token_id);
  identity.issued_at = claims.issued_at.value_or(UnixTime{});
  identity.expires_at = claims.expires_at;
  return identity;
}

} // namespace

Authenticator::Authenticator(const AuthConfig& config, const Revocations& revocations, const WallClock& clock)
    : config_(config),
      rules_(token_rules(config)),
      revocations_(revocations),
      clock_(clock),
      keys_(std::make_shared<const KeySet>(config)) {}

void Authenticator::reload_keys() {
  try {
    auto read = std::make_shared<const KeySet>(config_);
    const std::lock_guard guard(lock_);
    keys_ = std::move(read);
  } catch (const std::invalid_argument& error) {
    return wire::log(wire::LogLevel::error, "the keys for tokens stay as they were", {{"why", error.what()}});
  }
  wire::log(wire::LogLevel::info, "the keys for tokens were read again");
}

std::shared_ptr<const KeySet> Authenticator::keys() const {
  const std::lock_guard guard(lock_);
  return keys_;
}

wire::Result<Identity, Failure> Authenticator::authenticate(const Credentials& credentials) const {
  if (!credentials.auth_token.empty()) return verify_token(credentials.auth_token);
  if (const auto token = bearer_token(credentials.authorization); !token.empty()) return verify_token(token);
  if (!credentials.query_token.empty()) {
    if (config_.allow_query_token) return verify_token(credentials.query_token);
    wire::log(wire::LogLevel::debug, "a token in the query is not looked at; auth.allow_query_token would allow it");
  }
  return token_missing();
}

wire::Result<Identity, Failure> Authenticator::verify_token(std::string_view token) const {
  auto claims = verify(token, *keys(), rules_, clock_.now());
  if (claims) {
    Identity identity = to_identity(std::move(*claims));
    if (auto revoked = why_revoked(identity)) return std::move(*revoked);
    return identity;
  }
  wire::log(wire::LogLevel::debug, "a token was refused", {{"reason", to_string(claims.error())}});
  return claims.error() == TokenError::expired ? token_expired() : token_invalid();
}

std::optional<Failure> Authenticator::why_revoked(const Identity& identity) const {
  return revocations_.concern(identity) ? std::optional(token_revoked()) : std::nullopt;
}

} // namespace mentara::auth
