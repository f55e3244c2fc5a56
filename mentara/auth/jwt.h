#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/auth/key_set.h"
#include "mentara/domain/time.h"
#include "wire/base/result.h"

// JSON Web Tokens in the compact form (RFC 7515, RFC 7519), as RFC 8725 wants them read.
namespace mentara::auth {

// What a token says. Empty or absent: the token does not say it, or not as a text.
struct Claims {
  std::string subject{}; // `sub`: 1–128 characters, none of them a control character
  UnixTime expires_at{};
  std::optional<UnixTime> not_before{};
  std::optional<UnixTime> issued_at{};
  std::string token_id{}; // `jti`
  std::string issuer{};
  std::string audience{}; // for signing; when verified, only the configured one is known

  std::string name{};
  std::string first_name{};
  std::string last_name{};
  std::string email{};
  std::string role{};
  std::string avatar_url{};
};

// Why a token is refused: for the log of the server, never for its client.
enum class TokenError {
  too_long,
  not_three_parts,
  not_base64url, // strictly: no padding, no + or /, no spare bits
  not_json,      // an object without duplicate keys; header or claims
  critical_header,
  wrong_type, // `typ` other than JWT
  unknown_key,
  wrong_algorithm,
  wrong_signature,
  bad_subject,
  bad_time, // `exp` missing, or a time that is no number
  expired,
  not_yet_valid, // `nbf` or `iat` lies ahead
  lives_too_long,
  wrong_issuer,
  wrong_audience,
};
std::string_view to_string(TokenError error);

// What is asked of a token beside its signature.
struct TokenRules {
  std::string issuer{};   // empty: any
  std::string audience{}; // empty: any
  std::chrono::milliseconds leeway = to_ms(limits::token_leeway);
  std::chrono::milliseconds max_lifetime{0}; // 0: any
};
TokenRules token_rules(const AuthConfig& config);

// Looks at nothing that the token says before its signature has proved right, except the header. Any thread.
wire::Result<Claims, TokenError> verify(std::string_view token, const KeySet& keys, const TokenRules& rules,
                                        UnixTime now);

std::string sign(const Claims& claims, const Key& key);

} // namespace mentara::auth
