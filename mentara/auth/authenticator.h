#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "mentara/auth/jwt.h"
#include "mentara/auth/key_set.h"
#include "mentara/auth/revocations.h"
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

// The seed's WebSocketAuthService: one way in for every namespace and for REST. Any thread. What it is
// given outlives it.
class Authenticator {
 public:
  Authenticator(const AuthConfig& config, const Revocations& revocations, const WallClock& clock); // throws as KeySet

  // The failure is token_missing, token_invalid, token_expired or token_revoked, with one text each, so that nobody can
  // learn from it what was wrong; the log says it, at level debug.
  wire::Result<Identity, Failure> authenticate(const Credentials& credentials) const;
  wire::Result<Identity, Failure> verify_token(std::string_view token) const;

  // For who has waited for something since his token was looked at: token_revoked, if it was meanwhile.
  std::optional<Failure> why_revoked(const Identity& identity) const;

  // Reads the files with keys again. When one cannot be read, all stays as it was, and the log says why.
  void reload_keys();

 private:
  std::shared_ptr<const KeySet> keys() const;

  // constant after construction
  const AuthConfig config_;
  const TokenRules rules_;
  const Revocations& revocations_;
  const WallClock& clock_;

  // any thread, under the lock
  mutable std::mutex lock_;
  std::shared_ptr<const KeySet> keys_;
};

} // namespace mentara::auth
