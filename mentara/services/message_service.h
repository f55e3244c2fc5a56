#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/message.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

// The rules of messages. Requests arrive well-formed (contract/ has checked sizes and characters).
namespace mentara::services {

struct NewMessage {
  ConversationId conversation_id{};
  std::string content{};
  MessageType type = MessageType::TEXT;
  ClientMessageId client_message_id{}; // empty: a retry would be another message
  MessageId reply_to_id{};             // empty: none
  std::vector<Attachment> attachments{};
  std::string metadata{};
};

struct SentMessage {
  Message message;
  bool duplicate = false; // it had been sent before; nobody was told again
};

// Of the three positions at most one; none: the newest messages.
struct HistoryQuery {
  ConversationId conversation_id{};
  std::optional<std::int64_t> before_seq{};
  std::optional<std::int64_t> after_seq{};
  std::optional<std::int64_t> around_seq{};
  std::int64_t limit = 50;
};

struct HistoryPage {
  std::vector<Message> messages; // ascending seq
  bool has_more = false;         // in the direction that was asked; around: in either
};

// Up to and with the message that is named by its seq in the conversation, or by its id alone.
struct ReadMark {
  ConversationId conversation_id{};
  std::optional<std::int64_t> seq{};
  MessageId message_id{};
};

struct ReadState {
  ConversationId conversation_id;
  std::int64_t read_seq = 0;
  std::int64_t unread_count = 0;
};

// Owned by the home loop. What was refused, or changed nothing, makes no event; for what was stored, first the answer
// is given, then the event is published.
class MessageService {
 public:
  MessageService(storage::Store& store, events::EventBus& bus, const WallClock& clock);

  void send(Actor actor, NewMessage request, Done<SentMessage> done);
  void history(Actor actor, HistoryQuery query, Done<HistoryPage> done);
  void read(Actor actor, ReadMark mark, Done<ReadState> done);

 private:
  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
};

} // namespace mentara::services
