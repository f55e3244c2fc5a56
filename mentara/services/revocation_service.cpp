#include "mentara/services/revocation_service.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "mentara/storage/revocations.h"
#include "wire/base/log.h"

namespace mentara::services {

using storage::Snapshot;
using storage::Transaction;
using wire::Result;

RevocationService::RevocationService(storage::Store& store, auth::Revocations& revocations, LiveSockets& sockets,
                                     const WallClock& clock, Limits limits)
    : store_(store), revocations_(revocations), sockets_(sockets), clock_(clock), limits_(limits) {
  const auto stored = store_.read_at_start<std::vector<Revocation>>(
      [](Snapshot& snapshot) -> Result<std::vector<Revocation>, Failure> { return snapshot.revocations().all(); });
  if (!stored) throw std::runtime_error("The revoked tokens cannot be read: " + stored.error().error);
  for (const Revocation& revocation : *stored) revocations_.add(revocation);
  revocations_.forget_expired(clock_.now());
}

UnixTime RevocationService::last_expiry(UnixTime issued_before) const {
  if (limits_.token_lifetime_max.count() == 0) return {std::numeric_limits<std::int64_t>::max()};
  return {std::max(issued_before, clock_.now()).ms + limits_.token_lifetime_max.count() + 2 * limits_.leeway.count()};
}

void RevocationService::revoke_token(std::string token_id, std::optional<UnixTime> expires_at,
                                     Done<std::monostate> done) {
  const UnixTime until = expires_at ? UnixTime{expires_at->ms + limits_.leeway.count()} : last_expiry({});
  revoke({.token_id = std::move(token_id), .until = until}, std::move(done));
}

void RevocationService::revoke_user(UserId user, UnixTime issued_before, Done<std::monostate> done) {
  revoke({.user_id = std::move(user), .issued_before = issued_before, .until = last_expiry(issued_before)},
         std::move(done));
}

void RevocationService::revoke(Revocation revocation, Done<std::monostate> done) {
  store_.write<std::monostate>(
      [revocation, most = limits_.revocations_max, maybe_full = revocations_.count() >= limits_.revocations_max,
       now = clock_.now()](Transaction& transaction) -> Result<std::monostate, Failure> {
        storage::RevocationChanges& changes = transaction.revocation_changes();
        if (maybe_full) changes.forget_expired(now);
        changes.add(revocation);
        if (!maybe_full || changes.count() <= most) return std::monostate{};
        return Failure{Code::conflict,
                       "There are as many revocations as can be kept. Their tokens have to expire first."};
      },
      [this, revocation, done = std::move(done)](Result<std::monostate, Failure> stored) mutable {
        if (stored) {
          revocations_.add(revocation);
          sockets_.disconnect_revoked(revocation);
        }
        done(std::move(stored));
      });
}

void RevocationService::learn(const Revocation& revocation, LiveSockets& here) {
  // The newest token that it concerns: is that one refused already?
  Identity concerned;
  concerned.token_id = revocation.token_id;
  concerned.user.id = revocation.user_id;
  concerned.issued_at = {revocation.issued_before.ms - 1};
  if (revocations_.concern(concerned)) return;
  revocations_.add(revocation);
  here.disconnect_revoked(revocation);
}

void RevocationService::look_for_others(LiveSockets& here) {
  if (std::exchange(looking_, true)) return;
  store_.read<std::vector<Revocation>>(
      [](Snapshot& snapshot) -> Result<std::vector<Revocation>, Failure> { return snapshot.revocations().all(); },
      [this, &here](Result<std::vector<Revocation>, Failure> stored) {
        looking_ = false;
        if (!stored) return; // it is tried again
        for (const Revocation& revocation : *stored) learn(revocation, here);
        revocations_.forget_expired(clock_.now());
      });
}

void RevocationService::forget_expired() {
  const UnixTime now = clock_.now();
  revocations_.forget_expired(now);
  store_.write<std::monostate>(
      [now](Transaction& transaction) -> Result<std::monostate, Failure> {
        transaction.revocation_changes().forget_expired(now);
        return std::monostate{};
      },
      [](Result<std::monostate, Failure> forgotten) {
        if (!forgotten) {
          wire::log(wire::LogLevel::warn, "old revocations were not removed", {{"error", forgotten.error().error}});
        }
      });
}

} // namespace mentara::services
