#pragma once

#include <cstdint>
#include <optional>
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

// What is none stays as it is.
struct SettingsChange {
  std::optional<bool> muted{};
  std::optional<UnixTime> muted_until{}; // of a muting; none: until it is taken back
  std::optional<bool> archived{};
  std::optional<bool> pinned{};
};

// Owned by the home loop. For what was stored, first the answer is given, then the event is published.
class ConversationService {
 public:
  ConversationService(storage::Store& store, events::EventBus& bus, const WallClock& clock);

  void create(Actor actor, NewConversation request, Done<CreatedConversation> done);
  void list(Actor actor, ConversationQuery query, Done<ConversationPage> done);
  // As ADMIN or MODERATOR; what is none stays as it is.
  void update(Actor actor, ConversationId conversation_id, std::optional<std::string> title,
              std::optional<std::string> metadata, Done<ConversationView> done);
  // For oneself.
  void change_settings(Actor actor, ConversationId conversation_id, SettingsChange change, Done<Settings> done);

  // What a member sees of it; for everybody else it does not exist.
  void open(Actor actor, ConversationId conversation_id, Done<ConversationView> done);
  // open() for a socket that is going to hear what happens in it: answered in the order of the log, so that who is
  // removed at the same time is in it either before he is removed or not at all.
  void join(Actor actor, ConversationId conversation_id, Done<ConversationView> done);
  // open() for those who only need to know whether they may.
  void check_member(Actor actor, ConversationId conversation_id, Done<std::monostate> done);

 private:
  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
};

} // namespace mentara::services
