#pragma once

#include <optional>
#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

namespace mentara {

// How a user wants to be seen while he is there.
enum class PresenceWish { ONLINE, AWAY, BUSY, INVISIBLE };

// What he set for himself, on all devices.
struct PresenceSettings {
  PresenceWish status = PresenceWish::ONLINE;
  std::string text{};
  std::optional<UnixTime> until{}; // then both are as if he had set nothing
  friend bool operator==(const PresenceSettings&, const PresenceSettings&) = default;
};

// How others see him; he himself sees that he is INVISIBLE.
enum class PresenceStatus { ONLINE, AWAY, BUSY, INVISIBLE, OFFLINE };

struct Presence {
  UserId user_id;
  PresenceStatus status = PresenceStatus::OFFLINE;
  std::string text{};
  std::optional<UnixTime> last_seen_at{}; // none: never, or nobody may know
  bool in_call = false;
  friend bool operator==(const Presence&, const Presence&) = default;
};

} // namespace mentara
