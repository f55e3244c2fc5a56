#include "mentara/auth/revocations.h"

#include <algorithm>
#include <mutex>

namespace mentara::auth {

void Revocations::add(const Revocation& revocation) {
  const std::lock_guard guard(lock_);
  if (!revocation.token_id.empty()) {
    Revocation& known = by_token_.try_emplace(revocation.token_id, revocation).first->second;
    known.until = std::max(known.until, revocation.until);
    return;
  }
  Revocation& known = by_user_.try_emplace(revocation.user_id, revocation).first->second;
  known.issued_before = std::max(known.issued_before, revocation.issued_before);
  known.until = std::max(known.until, revocation.until);
}

void Revocations::forget_expired(UnixTime now) {
  const auto expired = [now](const auto& entry) { return entry.second.until <= now; };
  const std::lock_guard guard(lock_);
  std::erase_if(by_token_, expired);
  std::erase_if(by_user_, expired);
}

bool Revocations::concern(const Identity& identity) const {
  const std::shared_lock guard(lock_);
  if (!identity.token_id.empty() && by_token_.contains(identity.token_id)) return true;
  const auto found = by_user_.find(identity.user.id);
  return found != by_user_.end() && found->second.concerns(identity);
}

std::size_t Revocations::count() const {
  const std::shared_lock guard(lock_);
  return by_token_.size() + by_user_.size();
}

} // namespace mentara::auth
