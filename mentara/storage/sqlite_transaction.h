#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "mentara/storage/sqlite_blocks.h"
#include "mentara/storage/sqlite_calls.h"
#include "mentara/storage/sqlite_device_places.h"
#include "mentara/storage/sqlite_log.h"
#include "mentara/storage/sqlite_participants.h"
#include "mentara/storage/sqlite_snapshot.h"
#include "mentara/storage/sqlite_users.h"

namespace mentara::storage {

// The changes of Transaction as SQL. One object serves all transactions of the connection that writes; throws
// sqlite::Error.
class SqliteTransaction final : public SqliteSnapshot, public Transaction {
 public:
  SqliteTransaction(sqlite::Database& database, const WallClock& clock); // of the times in the log

  void learn_user(const User& user) override;
  Position insert_conversation(Conversation& conversation) override;
  Position insert_message(const Membership& sender, Message& message) override;
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

  // Kept between transactions: the only connection that writes is also the only one that changes who is a member.
  MemberIds member_ids(ConversationKey conversation) override;

  const std::string& epoch() const { return log_.epoch(); }
  Position committed_position() const { return log_.committed_position(); }

  void begin();
  void commit();   // when it throws, roll back
  void rollback(); // also when the database has done so already

 private:
  static constexpr std::size_t cached_member_ids_max = 200'000; // about 10 MB

  void forget_members(ConversationKey conversation);
  void forget_members();

  sqlite::Database& database_;
  SqliteLog log_;
  SqliteUsers users_;
  SqliteSearchIndex search_index_;
  SqliteMessageChanges message_changes_;
  SqliteParticipantChanges participant_changes_;
  SqliteBlockChanges block_changes_;
  SqliteNotificationChanges notification_changes_;
  SqlitePresenceChanges presence_changes_;
  SqliteRevocationChanges revocation_changes_;
  SqliteCallChanges call_changes_;
  sqlite::Statement begin_, commit_;
  sqlite::Statement insert_conversation_, insert_direct_, insert_member_, advance_conversation_, insert_message_,
      advance_read_;
  SqliteDevicePlaces places_;
  SqlitePersonalDataChanges personal_data_changes_;

  std::unordered_map<ConversationKey, MemberIds> member_ids_by_conversation_;
  std::size_t cached_member_ids_ = 0;
};

} // namespace mentara::storage
