#pragma once

#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"
#include "mentara/domain/user.h"

namespace mentara {

// Tokens that are good no longer, though they have not expired: one token, or those of a user that were issued before
// some time.
struct Revocation {
  std::string token_id{}; // jti; empty: it is a user's
  UserId user_id{};
  UnixTime issued_before{}; // of a user's
  UnixTime until{};         // when the last of the tokens has expired of itself, so that it may be forgotten

  bool concerns(const Identity& identity) const {
    if (!token_id.empty()) return identity.token_id == token_id;
    // `iat` counts whole seconds, and a token that says nothing of its age may be any.
    return identity.user.id == user_id && identity.issued_at < issued_before;
  }
  friend bool operator==(const Revocation&, const Revocation&) = default;
};

} // namespace mentara
