#pragma once

#include <optional>

#include "mentara/domain/presence.h"
#include "mentara/domain/time.h"

// What users set for how they are seen, and when they were seen last.
namespace mentara::storage {

struct StoredPresence {
  PresenceSettings settings{};
  std::optional<UnixTime> last_seen_at{};
};

class Presences {
 public:
  virtual ~Presences() = default;
  virtual StoredPresence find(const UserId& user) = 0;
  // Whether the two share a conversation and neither blocks the other.
  virtual bool may_see(const UserId& viewer, const UserId& target) = 0;
};

class PresenceChanges {
 public:
  virtual ~PresenceChanges() = default;
  virtual void set(const UserId& user, const PresenceSettings& settings) = 0;
  virtual void set_seen(const UserId& user, UnixTime at) = 0; // never back
};

} // namespace mentara::storage
