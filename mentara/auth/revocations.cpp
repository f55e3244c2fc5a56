#include "mentara/auth/revocations.h"

#include <algorithm>
#include <mutex>

namespace mentara::auth {

bool Revocations::add(const Revocation& revocation) {
  const std::lock_guard guard(lock_);
  if (!revocation.token_id.empty()) {
    const auto [known, is_new] = by_token_.try_emplace(revocation.token_id, revocation);
    known->second.until = std::max(known->second.until, revocation.until);
    return is_new;
  }
  const auto [known, is_new] = by_user_.try_emplace(revocation.user_id, revocation);
  const bool concerns_more = is_new || known->second.issued_before < revocation.issued_before;
  known->second.issued_before = std::max(known->second.issued_before, revocation.issued_before);
  known->second.until = std::max(known->second.until, revocation.until);
  return concerns_more;
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
