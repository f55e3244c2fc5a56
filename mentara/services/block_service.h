#pragma once

#include <string>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// Who wants to have nothing to do with whom. What follows from it is decided where it matters: DIRECT messages, new
// conversations and being added are refused (`blocked`) between the two, in either direction, and neither sees the
// other type. Owned by the home loop; neither is told.
class BlockService {
 public:
  BlockService(storage::Store& store, events::EventBus& bus, const WallClock& clock)
      : store_(store), bus_(bus), clock_(clock) {}

  // Both are idempotent.
  void block(Actor actor, UserId user_id, std::string reason, Done<std::monostate> done);
  void unblock(Actor actor, UserId user_id, Done<std::monostate> done);

  // For members: who of the conversation is not to see him, since one blocks the other.
  void hidden_from(Actor actor, ConversationId conversation_id, Done<std::vector<UserId>> done);

 private:
  Done<std::monostate> then_publish(const Actor& actor, const UserId& user_id, bool blocked, Done<std::monostate> done);

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
};

} // namespace mentara::services
