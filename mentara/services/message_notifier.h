#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/message.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/services/notification_changes.h"
#include "mentara/storage/notifications.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// Makes a MESSAGE_RECEIVED notification of each message for the members who are not there to receive it: one for each
// conversation and member, which the next message replaces. On the home loop.
//
// Who is there is known here alone, and only after the message is stored; what must survive a crash in between is a
// place in the log, up to which everybody has been notified. It moves in the transaction that writes the notifications,
// so none is lost and none is doubled. After a start, and when the event bus left something out, the log is read from
// there; otherwise events say what has come.
class MessageNotifier {
 public:
  // `is_there`: whether he has a socket on which he hears messages. `wake`: call tell() a moment later, so that a burst
  // of messages is one notification; `retry`: likewise, but after a failure.
  struct Outside {
    wire::UniqueFunction<bool(const UserId&)> is_there;
    wire::UniqueFunction<void()> wake;
    wire::UniqueFunction<void()> retry;
    // Others write messages too, and notify of them: what this node is told of is not all, so the log is read.
    bool many_nodes = false;
  };
  MessageNotifier(storage::Store& store, events::EventBus& bus, const WallClock& clock, Outside outside);
  MessageNotifier(const MessageNotifier&) = delete;
  MessageNotifier& operator=(const MessageNotifier&) = delete;

  bool busy() const { return busy_; } // it waits for the database
  void begin();                       // at the start: what happened before
  void tell();

 private:
  // The newest message of a conversation, and the newest of another sender than that one's: nobody is told of his own.
  struct Newest {
    ConversationId conversation_id;
    MemberIds members;
    storage::MessageToTell last{};
    storage::MessageToTell by_other{}; // position 0: there is none
  };
  struct Job {
    UserId user_id;
    ConversationId conversation_id;
    storage::MessageToTell message;
  };

  void note(Newest& newest, const storage::MessageToTell& message) const;
  void read_log();
  std::vector<Job> jobs_of(const std::unordered_map<ConversationId, Newest, IdHash>& conversations);
  void store(std::vector<Job> jobs, storage::Position up_to, bool more_in_log);
  void fail(const Failure& failure);

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
  Outside outside_;

  std::unordered_map<ConversationId, Newest, IdHash> waiting_;
  storage::Position waiting_up_to_ = 0;
  storage::Position kept_ = 0; // the place that is stored
  std::uint64_t refused_ = 0;  // by the event bus, when it was looked at last
  bool from_log_ = false;      // there may be messages that no event told of
  bool busy_ = false;
};

} // namespace mentara::services
