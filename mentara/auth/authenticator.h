#pragma once

#include <string_view>

#include "mentara/auth/jwt.h"
#include "mentara/auth/key_set.h"
#include "mentara/config/config.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/user.h"
#include "wire/base/result.h"

namespace mentara::auth {

// What a client brought to show who it is; empty: nothing there. The first one that is there counts.
struct Credentials {
  std::string_view auth_token{};    // `auth.token` of a Socket.IO CONNECT
  std::string_view authorization{}; // the header, "Bearer …"
  std::string_view query_token{};   // ?token=
};

// The seed's WebSocketAuthService: one way in for every namespace and for REST. Immutable; any thread. `clock` outlives
// it.
class Authenticator {
 public:
  Authenticator(const AuthConfig& config, const WallClock& clock);

  // The failure is token_missing, token_invalid or token_expired, with one text each, so that nobody can learn from it
  // what was wrong; the log says it, at level debug.
  wire::Result<Identity, Failure> authenticate(const Credentials& credentials) const;
  wire::Result<Identity, Failure> verify_token(std::string_view token) const;

 private:
  KeySet keys_;
  TokenRules rules_;
  bool allow_query_token_;
  const WallClock& clock_;
};

} // namespace mentara::auth
