#pragma once

#include <chrono>
#include <string>

#include "mentara/auth/jwt.h"
#include "mentara/config/config.h"
#include "wire/base/result.h"

namespace mentara::cli {

// A day, or less when the configuration allows no token to live that long.
std::chrono::milliseconds default_ttl(const AuthConfig& config);

// A token for `claims` (in UTF-8) that this configuration accepts now: its times, issuer and audience are filled in.
// The error is why it would be refused. Throws when no configured key can sign.
wire::Result<std::string, auth::TokenError> make_token(auth::Claims claims, std::chrono::milliseconds ttl,
                                                       const AuthConfig& config, UnixTime now);

} // namespace mentara::cli
