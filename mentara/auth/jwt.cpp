#include "mentara/auth/jwt.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "mentara/domain/id.h"
#include "wire/base/base64.h"
#include "wire/base/json.h"

namespace mentara::auth {
namespace {

using wire::JsonView;

constexpr wire::JsonLimits json_limits{limits::token_json_depth_max, limits::token_json_values_max};
constexpr double seconds_max = 253'402'300'799; // the end of the year 9999

struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text; // header.claims
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == token.npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

// The keys that the token may be signed with: of its `kid`, each for the algorithm that the header names. More than one
// while a key takes another's place.
using Candidates = std::vector<const Key*>;

// Keys that come inside a header (jwk, jku, x5u, x5c) are not looked at, let alone fetched (threats J4).
wire::Result<Candidates, TokenError> choose_keys(JsonView header, const KeySet& keys) {
  if (!header.is_object()) return TokenError::not_json;
  if (header.find("crit")) return TokenError::critical_header; // we understand no extension (RFC 7515 §4.1.11)
  // Another kind of token of the same issuer must not pass for one of ours (RFC 8725 §3.11).
  if (const auto type = header.find("typ"); type && !equal_ignoring_case(type->string().value_or(""), "JWT")) {
    return TokenError::wrong_type;
  }
  const auto kid = header.find("kid");
  if (kid && !kid->is_string()) return TokenError::unknown_key;
  const std::span<const Key> named = keys.find(kid ? *kid->string() : std::string_view());
  if (named.empty()) return TokenError::unknown_key;
  const auto algorithm = header.find("alg");
  Candidates candidates;
  for (const Key& key : named) {
    if (algorithm && algorithm->string() == to_string(key.algorithm())) candidates.push_back(&key);
  }
  if (candidates.empty()) return TokenError::wrong_algorithm;
  return candidates;
}

// NumericDate: seconds, perhaps with a fraction (RFC 7519 §2).
wire::Result<std::optional<UnixTime>, TokenError> read_time(JsonView claims, std::string_view name) {
  const auto value = claims.find(name);
  if (!value) return std::optional<UnixTime>();
  const auto seconds = value->number();
  if (!seconds || !(*seconds >= 0 && *seconds <= seconds_max)) return TokenError::bad_time;
  return std::optional(UnixTime{static_cast<std::int64_t>(std::round(*seconds * 1000))});
}

std::string read_text(JsonView claims, std::string_view name) {
  const auto value = claims.find(name);
  return std::string(value ? value->string().value_or("") : "");
}

bool contains(JsonView audience, std::string_view wanted) {
  if (audience.is_string()) return audience.string() == wanted;
  bool found = false;
  if (audience.is_array()) {
    audience.for_each_element([&](JsonView one) { found = found || one.string() == wanted; });
  }
  return found;
}

wire::Result<Claims, TokenError> read_claims(JsonView json, const TokenRules& rules, UnixTime now) {
  if (!json.is_object()) return TokenError::not_json;
  const auto expires_at = read_time(json, "exp");
  const auto not_before = read_time(json, "nbf");
  const auto issued_at = read_time(json, "iat");
  if (!expires_at || !not_before || !issued_at || !*expires_at) return TokenError::bad_time;

  const std::int64_t leeway = rules.leeway.count();
  if (now.ms >= (*expires_at)->ms + leeway) return TokenError::expired;
  if (*not_before && (*not_before)->ms > now.ms + leeway) return TokenError::not_yet_valid;
  if (*issued_at && (*issued_at)->ms > now.ms + leeway) return TokenError::not_yet_valid;
  // From when it was issued, too: what is refused for its length today must not become good as time passes, when its
  // revocation may have been forgotten.
  const std::int64_t begin = *issued_at ? std::min((*issued_at)->ms, now.ms) : now.ms;
  if (rules.max_lifetime.count() > 0 && (*expires_at)->ms > begin + rules.max_lifetime.count() + leeway) {
    return TokenError::lives_too_long;
  }

  Claims claims{.subject = read_text(json, "sub"), .expires_at = **expires_at};
  if (!is_well_formed_user_id(claims.subject)) return TokenError::bad_subject;
  claims.issuer = read_text(json, "iss");
  if (!rules.issuer.empty() && claims.issuer != rules.issuer) return TokenError::wrong_issuer;
  if (!rules.audience.empty() && !contains(json.find("aud").value_or(JsonView()), rules.audience)) {
    return TokenError::wrong_audience;
  }
  claims.audience = rules.audience;
  claims.not_before = *not_before;
  claims.issued_at = *issued_at;
  claims.token_id = read_text(json, "jti");
  claims.name = read_text(json, "name");
  claims.first_name = read_text(json, "firstName");
  claims.last_name = read_text(json, "lastName");
  claims.email = read_text(json, "email");
  claims.role = read_text(json, "role");
  claims.avatar_url = read_text(json, "avatarUrl");
  return claims;
}

void append_time(wire::JsonObjectWriter& json, std::string_view name, UnixTime time) {
  if (time.ms % 1000 == 0) {
    json.member(name, time.ms / 1000);
  } else {
    json.member(name, static_cast<double>(time.ms) / 1000);
  }
}

} // namespace

std::string_view to_string(TokenError error) {
  switch (error) {
    case TokenError::too_long:
      return "too long";
    case TokenError::not_three_parts:
      return "not three parts with dots between";
    case TokenError::not_base64url:
      return "not strict base64url";
    case TokenError::not_json:
      return "header or claims are not a JSON object without duplicate keys";
    case TokenError::critical_header:
      return "a critical header that is not understood";
    case TokenError::wrong_type:
      return "another type of token";
    case TokenError::unknown_key:
      return "no such key";
    case TokenError::wrong_algorithm:
      return "not the algorithm of the key";
    case TokenError::wrong_signature:
      return "wrong signature";
    case TokenError::bad_subject:
      return "sub is missing or unusable";
    case TokenError::bad_time:
      return "exp is missing, or a time is unusable";
    case TokenError::expired:
      return "expired";
    case TokenError::not_yet_valid:
      return "not yet valid";
    case TokenError::lives_too_long:
      return "valid for longer than is allowed";
    case TokenError::wrong_issuer:
      return "wrong issuer";
    case TokenError::wrong_audience:
      return "wrong audience";
  }
  return "";
}

TokenRules token_rules(const AuthConfig& config) {
  return {config.issuer, config.audience, config.leeway, config.max_lifetime};
}

wire::Result<Claims, TokenError> verify(std::string_view token, const KeySet& keys, const TokenRules& rules,
                                        UnixTime now) {
  if (token.size() > limits::token_bytes_max) return TokenError::too_long;
  const auto parts = split(token);
  if (!parts) return TokenError::not_three_parts;
  const auto header = wire::base64url_decode_strict(parts->header);
  const auto claims = wire::base64url_decode_strict(parts->claims);
  const auto signature = wire::base64url_decode_strict(parts->signature);
  if (!header || !claims || !signature) return TokenError::not_base64url;

  wire::JsonParser parser(json_limits);
  const auto header_json = parser.parse(*header);
  if (!header_json) return TokenError::not_json;
  const auto candidates = choose_keys(*header_json, keys);
  if (!candidates) return candidates.error();
  if (std::none_of(candidates->begin(), candidates->end(),
                   [&](const Key* key) { return key->verify(parts->signed_text, *signature); })) {
    return TokenError::wrong_signature;
  }

  const auto claims_json = parser.parse(*claims);
  if (!claims_json) return TokenError::not_json;
  return read_claims(*claims_json, rules, now);
}

std::string sign(const Claims& claims, const Key& key) {
  std::string header;
  wire::JsonObjectWriter header_json(header);
  header_json.member("alg", to_string(key.algorithm())).member("typ", "JWT");
  if (!key.id().empty()) header_json.member("kid", key.id());
  header_json.end();

  std::string payload;
  wire::JsonObjectWriter json(payload);
  json.member("sub", claims.subject);
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) json.member(name, value);
  };
  text("iss", claims.issuer);
  text("aud", claims.audience);
  text("jti", claims.token_id);
  text("name", claims.name);
  text("firstName", claims.first_name);
  text("lastName", claims.last_name);
  text("email", claims.email);
  text("role", claims.role);
  text("avatarUrl", claims.avatar_url);
  if (claims.issued_at) append_time(json, "iat", *claims.issued_at);
  if (claims.not_before) append_time(json, "nbf", *claims.not_before);
  append_time(json, "exp", claims.expires_at);
  json.end();

  std::string token = wire::base64url_encode(header) + "." + wire::base64url_encode(payload);
  const std::string signature = key.sign(token);
  return token + "." + wire::base64url_encode(signature);
}

} // namespace mentara::auth
