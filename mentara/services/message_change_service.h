#pragma once

#include <string>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/message.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

// The rules of what becomes of a message after it was sent. Requests arrive well-formed.
namespace mentara::services {

// Owned by the home loop. What was refused, or changed nothing, makes no event; for what was stored, first the answer
// is given, then the event is published.
class MessageChangeService {
 public:
  MessageChangeService(storage::Store& store, events::EventBus& bus, const WallClock& clock);

  // One's own. The earlier texts stay readable for the members.
  void edit(Actor actor, MessageId message_id, std::string content, Done<Message> done);
  // The oldest first; of very many long ones the newest.
  void edits(Actor actor, MessageId message_id, Done<std::vector<Edit>> done);
  // One's own, or as ADMIN or MODERATOR. It leaves a tombstone.
  void erase(Actor actor, MessageId message_id, Done<std::monostate> done);

  // Answered with all reactions that the message has then.
  void add_reaction(Actor actor, MessageId message_id, std::string emoji, Done<std::vector<Reaction>> done);
  void remove_reaction(Actor actor, MessageId message_id, std::string emoji, Done<std::vector<Reaction>> done);

 private:
  template <class Rules>
  void react(Actor actor, Rules rules, Done<std::vector<Reaction>> done);

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
};

} // namespace mentara::services
