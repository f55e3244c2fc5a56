#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/conversation.h"
#include "mentara/domain/cursor.h"
#include "mentara/domain/message.h"
#include "mentara/domain/user.h"
#include "mentara/storage/keys.h"
#include "mentara/storage/log.h"
#include "mentara/storage/store_figures.h"
#include "mentara/storage/unit.h"
#include "mentara/storage/work_queue.h"

// What is kept, in the words of the domain. A service hands in a piece of work that reads, decides and writes in one
// transaction, so that what it decided still holds when it takes effect.
namespace mentara::storage {

// A user in a conversation: what the rules ask about before anything is read or written.
struct Membership {
  ConversationKey conversation_key{};
  UserKey user_key{};
  ConversationId conversation_id;
  User user; // as learned from his tokens
  MemberRole role = MemberRole::MEMBER;
  HistoryVisibility history_visibility = HistoryVisibility::SINCE_JOIN;
  std::int64_t joined_seq = 0;
  std::int64_t read_seq = 0;
  std::int64_t last_seq = 0; // of the conversation
  Position activity = 0;     // of the conversation: where lists are cut
  ConversationType conversation_type = ConversationType::DIRECT;
  UnixTime joined_at{};
  Settings settings{};

  // He sees the messages above this seq.
  std::int64_t visible_above() const { return history_visibility == HistoryVisibility::ALL ? 0 : joined_seq; }
};

class MessageDetails; // message_changes.h
class MessageChanges;
class ParticipantChanges; // participants.h
class Blocks;             // blocks.h
class BlockChanges;
class MessageSearch; // search.h
class SearchIndex;
class Notifications; // notifications.h
class NotificationChanges;
class Presences; // presences.h
class PresenceChanges;
class KeptRevocations; // revocations.h
class RevocationChanges;
class Calls; // calls.h
class CallChanges;
class PersonalData; // personal_data.h
class PersonalDataChanges;

// What was committed at one moment.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  virtual std::optional<Membership> find_membership(const ConversationId& conversation, const UserId& user) = 0;
  virtual std::optional<Membership> find_membership(ConversationKey conversation, const UserId& user) = 0;
  // Newest activity first, below `before`. `unread_only`: where others wrote above his read_seq.
  virtual std::vector<Membership> find_memberships(const UserId& user, Position before, bool unread_only,
                                                   std::size_t limit) = 0;

  virtual std::optional<ConversationKey> find_conversation(const ConversationId& conversation) = 0;
  virtual std::optional<ConversationKey> find_direct(const UserId& one, const UserId& other) = 0;
  virtual Conversation conversation(ConversationKey conversation) = 0; // with its members
  virtual MemberIds member_ids(ConversationKey conversation) = 0;

  virtual std::optional<Message> find_message(const MessageId& message) = 0;
  virtual std::optional<Message> find_message(UserKey sender, const ClientMessageId& client_message_id) = 0;
  // Ascending by seq, the `limit` that lie closest; both bounds are exclusive.
  virtual std::vector<Message> messages_before(ConversationKey conversation, std::int64_t before_seq,
                                               std::int64_t above_seq, std::size_t limit) = 0;
  virtual std::vector<Message> messages_after(ConversationKey conversation, std::int64_t after_seq,
                                              std::size_t limit) = 0;
  // Others' messages above what he has read and may see.
  virtual std::int64_t count_unread(const Membership& membership) = 0;

  virtual MessageDetails& message_details() = 0;
  virtual LogReader& log() = 0;
  virtual Blocks& blocks() = 0;
  virtual MessageSearch& message_search() = 0;
  virtual Notifications& notifications() = 0;
  virtual Presences& presences() = 0;
  virtual KeptRevocations& revocations() = 0;
  virtual Calls& calls() = 0;
  virtual PersonalData& personal_data() = 0;
};

// A snapshot that also sees and makes changes. Whatever others must hear of writes its row of the log together with the
// state, so neither can be forgotten; the row's position is what the event's cursor carries.
class Transaction : public virtual Snapshot {
 public:
  virtual void learn_user(const User& user) = 0; // what he does not say of himself stays as it was

  // With conversation.members, in their order; fills in what is known of each. A DIRECT one does not exist yet for its
  // two members.
  virtual Position insert_conversation(Conversation& conversation) = 0;
  // Sets message.seq, the next of the conversation. `sender` was found in this transaction. None: he has used its
  // clientMessageId before, and nothing has happened.
  virtual std::optional<Position> insert_message(const Membership& sender, Message& message) = 0;
  // `seq` is above reader.read_seq and at most reader.last_seq.
  virtual Position advance_read(const Membership& reader, std::int64_t seq, UnixTime at) = 0;

  virtual MessageChanges& message_changes() = 0;
  virtual DevicePlaces& places() = 0;
  // The row of the log behind DevicePlaces::advance_delivered().
  virtual Position log_delivered(const UserId& user, const ConversationId& conversation, const DeliveredTo& to,
                                 UnixTime at) = 0;
  virtual ParticipantChanges& participant_changes() = 0;
  virtual BlockChanges& block_changes() = 0;
  virtual SearchIndex& search_index() = 0;
  virtual NotificationChanges& notification_changes() = 0;
  virtual PresenceChanges& presence_changes() = 0;
  virtual RevocationChanges& revocation_changes() = 0;
  virtual CallChanges& call_changes() = 0;
  virtual PersonalDataChanges& personal_data_changes() = 0;
};

// Where units of work are handed in; owned by the home loop. Every unit is answered exactly once, by `done` on the home
// loop: writes in commit order, each only after what it wrote is on disk. `unavailable` (with retryAfterMs): the queue
// is full, or the database failed, and nothing was kept.
class Store {
 public:
  virtual ~Store() = default;

  // `rules(Transaction&) -> Result<T, Failure>` must be const and may be run again; a Failure undoes what it wrote.
  // `origin`: the socket that asked, which the answer tells enough (origin_number()).
  template <class T, class Rules>
  void write(Rules rules, Done<T> done, std::optional<std::int64_t> origin = std::nullopt) {
    submit(std::make_unique<RulesUnit<T, Transaction, Rules>>(std::move(rules), std::move(done), origin), Turn::first);
  }
  // Likewise when nobody waits for the answer: it lets write() go first, so that no client's ack comes later for it.
  template <class T, class Rules>
  void write_beside(Rules rules, Done<T> done) {
    submit(std::make_unique<RulesUnit<T, Transaction, Rules>>(std::move(rules), std::move(done)), Turn::beside);
  }
  // `rules(Snapshot&) -> Result<T, Failure>`
  template <class T, class Rules>
  void read(Rules rules, Done<T> done) {
    submit(std::make_unique<RulesUnit<T, Snapshot, Rules>>(std::move(rules), std::move(done)));
  }
  // A read whose answer is waited for: at start, before anything runs that would be held up.
  template <class T, class Rules>
  wire::Result<T, Failure> read_at_start(Rules rules) {
    auto unit = std::make_unique<AwaitedUnit<T, Snapshot, Rules>>(std::move(rules));
    auto answer = unit->answer();
    submit(std::move(unit));
    return answer.get();
  }
  // Remembers what a token says of its user. A failure is logged: the next token says it again.
  void learn_user(User user);

  // The end of the log: the last position that is committed. Any thread.
  virtual Cursor end_of_log() const = 0;
  // False: storing has failed in a way that only a restart can mend (it is in the log). Any thread.
  virtual bool healthy() const = 0;
  virtual StoreFigures figures() const = 0; // any thread

  // True: who shares this database is told of each commit by the one who made it, so the database need not. It is still
  // asked now and then where the log ends.
  virtual void others_are_told(bool) {}

  Cursor cursor_at(Position position) const { return {epoch(), position}; }

 private:
  virtual void submit(std::unique_ptr<WriteUnit> unit, Turn turn) = 0;
  virtual void submit(std::unique_ptr<ReadUnit> unit) = 0;
  virtual const std::string& epoch() const = 0;
};

} // namespace mentara::storage
