#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/conversation.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

// The rules of conversations. Requests arrive well-formed (contract/ has checked sizes and characters).
namespace mentara::services {

struct NewConversation {
  ConversationType type = ConversationType::DIRECT;
  std::vector<UserId> participant_ids{}; // with or without the creator
  std::string title{};
  std::string metadata{};
  ConversationId conversation_id{}; // empty: we make one
  HistoryVisibility history_visibility = HistoryVisibility::SINCE_JOIN;
};

struct CreatedConversation {
  ConversationView conversation;
  bool created = true; // false: the DIRECT conversation that the two have had all along
};

struct ConversationQuery {
  std::string before{}; // the next_cursor of the page that came last; empty: from the newest
  std::int64_t limit = 20;
  bool unread_only = false;
};

struct ConversationPage {
  std::vector<ConversationView> conversations; // newest activity first
  std::string next_cursor{};                   // empty: that was all
};

// Owned by the home loop. For what was stored, first the answer is given, then the event is published.
class ConversationService {
 public:
  ConversationService(storage::Store& store, events::EventBus& bus, const WallClock& clock);

  void create(Actor actor, NewConversation request, Done<CreatedConversation> done);
  void list(Actor actor, ConversationQuery query, Done<ConversationPage> done);
  // What a member sees of it; for everybody else it does not exist.
  void open(Actor actor, ConversationId conversation_id, Done<ConversationView> done);
  // open() for those who only need to know whether they may (typing).
  void check_member(Actor actor, ConversationId conversation_id, Done<std::monostate> done);

 private:
  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
};

} // namespace mentara::services
