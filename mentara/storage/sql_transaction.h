#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mentara/storage/commit_record.h"
#include "mentara/storage/known_members.h"
#include "mentara/storage/sql_blocks.h"
#include "mentara/storage/sql_calls.h"
#include "mentara/storage/sql_device_places.h"
#include "mentara/storage/sql_log.h"
#include "mentara/storage/sql_participants.h"
#include "mentara/storage/sql_snapshot.h"
#include "mentara/storage/sql_users.h"

namespace mentara::storage {

// The changes of Transaction as SQL. One object serves all transactions of the connection that writes; throws
// sql::Error.
class SqlTransaction final : public SqlSnapshot, public Transaction {
 public:
  SqlTransaction(sql::Database& database, const WallClock& clock); // of the times in the log

  void learn_user(const User& user) override;
  Position insert_conversation(Conversation& conversation) override;
  std::optional<Position> insert_message(const Membership& sender, Message& message) override;
  Position advance_read(const Membership& reader, std::int64_t seq, UnixTime at) override;
  DevicePlaces& places() override { return places_; }
  Position log_delivered(const UserId& user, const ConversationId& conversation, const DeliveredTo& to,
                         UnixTime at) override;

  MessageChanges& message_changes() override { return message_changes_; }
  ParticipantChanges& participant_changes() override { return participant_changes_; }
  BlockChanges& block_changes() override { return block_changes_; }
  SearchIndex& search_index() override { return search_index_; }
  NotificationChanges& notification_changes() override { return notification_changes_; }
  PresenceChanges& presence_changes() override { return presence_changes_; }
  RevocationChanges& revocation_changes() override { return revocation_changes_; }
  CallChanges& call_changes() override { return call_changes_; }
  PersonalDataChanges& personal_data_changes() override { return personal_data_changes_; }

  // Remembered between transactions; where many write, of members only their ids (SqlLog::begin).
  MemberIds member_ids(ConversationKey conversation) override;
  using SqlSnapshot::find_membership;
  std::optional<Membership> find_membership(const ConversationId& conversation, const UserId& user) override;
  Blocks& blocks() override { return remembered_blocks_; }

  const std::string& epoch() const { return log_.epoch(); }
  Position committed_position() const { return log_.committed_position(); }

  void set_origin(std::optional<std::int64_t> origin) { log_.set_origin(origin); } // of the unit that runs next
  void begin();
  // `announce`: to other nodes, by way of the database.
  void commit(bool announce); // when it throws, roll back; when the connection was lost, ask was_committed() first
  void rollback();            // also when the database has done so already

  // Where many write: the name of this one among them, which others' rows of `writers` do not have.
  std::string writer() const { return commit_record_ ? commit_record_->writer() : std::string(); }

  // After a commit() that was lost, and rollback(): whether it took effect. Waits until that is decided.
  bool was_committed();
  Position lost_position() const { return lost_position_; } // where the log ends with it

 private:
  class RememberedBlocks final : public Blocks {
   public:
    RememberedBlocks(SqlTransaction& transaction) : transaction_(transaction) {}
    bool between(const UserId& one, const UserId& other) override;
    std::vector<UserId> among_members(const Membership& member) override;

   private:
    SqlTransaction& transaction_;
  };

  sql::Database& database_;
  SqlLog log_;
  SqlUsers users_;
  SqlSearchIndex search_index_;
  SqlMessageChanges message_changes_;
  SqlParticipantChanges participant_changes_;
  SqlBlockChanges block_changes_;
  SqlNotificationChanges notification_changes_;
  SqlPresenceChanges presence_changes_;
  SqlRevocationChanges revocation_changes_;
  SqlCallChanges call_changes_;
  std::optional<CommitRecord> commit_record_; // where a commit can get lost on its way
  Position lost_position_ = 0;                // of the log, if the lost commit took effect
  sql::Statement begin_, commit_;
  sql::Statement insert_conversation_, insert_direct_, insert_member_, advance_conversation_, insert_message_,
      advance_read_;
  SqlDevicePlaces places_;
  SqlPersonalDataChanges personal_data_changes_;

  KnownMembers known_;
  RememberedBlocks remembered_blocks_{*this};
};

} // namespace mentara::storage
