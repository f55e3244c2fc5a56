#pragma once

#include "mentara/domain/callbacks.h"
#include "mentara/domain/conversation.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

// The rules of who is in a conversation, and as what. Requests arrive well-formed.
namespace mentara::services {

struct Participant {
  UserId user_id;
  MemberRole role = MemberRole::MEMBER;
  UnixTime joined_at{};
  friend bool operator==(const Participant&, const Participant&) = default;
};

// Owned by the home loop. A DIRECT conversation has its two members for ever. Elsewhere ADMINs and MODERATORs add and
// remove, only an ADMIN makes or unmakes an ADMIN, and anyone may leave. Somebody leads as long as there is anybody:
// when the last ADMIN leaves, the oldest MODERATOR, else the oldest member becomes one.
class ParticipantService {
 public:
  ParticipantService(storage::Store& store, events::EventBus& bus, const WallClock& clock);

  void add(Actor actor, ConversationId conversation_id, UserId user_id, MemberRole role, Done<Participant> done);
  void remove(Actor actor, ConversationId conversation_id, UserId user_id, Done<Participant> done);
  void set_role(Actor actor, ConversationId conversation_id, UserId user_id, MemberRole role, Done<Participant> done);

 private:
  template <class Rules>
  void change(Actor actor, UnixTime now, ConversationId conversation_id, Rules rules, Done<Participant> done);

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
};

} // namespace mentara::services
