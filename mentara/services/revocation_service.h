#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "mentara/auth/revocations.h"
#include "mentara/domain/callbacks.h"
#include "mentara/domain/time.h"
#include "mentara/limits.h"
#include "mentara/services/live_sockets.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// Ends tokens before their time: stored first, then no check of a token lets them pass, then the sockets that live by
// them are cut. Owned by the home loop.
class RevocationService {
 public:
  struct Limits {
    std::chrono::milliseconds token_lifetime_max{0}; // 0: unknown, and what is revoked is kept for ever
    std::chrono::milliseconds leeway{0};             // for which a token is good beyond its end
    std::size_t revocations_max = limits::revocations_max;
  };

  // Brings what is stored into `revocations`; throws std::runtime_error when that cannot be read.
  RevocationService(storage::Store& store, auth::Revocations& revocations, LiveSockets& sockets, const WallClock& clock,
                    Limits limits);

  // The token with that `jti`. `expires_at`: when it ends by itself, if that is known.
  void revoke_token(std::string token_id, std::optional<UnixTime> expires_at, Done<std::monostate> done);
  // The user's tokens that were issued before then. A token's `iat` counts whole seconds: one that is issued within the
  // second of `issued_before` is taken for older.
  void revoke_user(UserId user, UnixTime issued_before, Done<std::monostate> done);

  // Another node has stored it, and told; `here`: this node's sockets.
  void learn(const Revocation& revocation, LiveSockets& here);
  // What others have stored and could not tell.
  void look_for_others(LiveSockets& here);

  void forget_expired(); // for whenever there is time

 private:
  void revoke(Revocation revocation, Done<std::monostate> done);
  UnixTime last_expiry(UnixTime issued_before) const;

  storage::Store& store_;
  auth::Revocations& revocations_;
  LiveSockets& sockets_;
  const WallClock& clock_;
  const Limits limits_;
  bool looking_ = false;
};

} // namespace mentara::services
