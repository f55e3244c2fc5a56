#pragma once

#include "mentara/storage/sqlite.h"
#include "mentara/storage/sqlite_blocks.h"
#include "mentara/storage/sqlite_calls.h"
#include "mentara/storage/sqlite_log_reader.h"
#include "mentara/storage/sqlite_message_changes.h"
#include "mentara/storage/sqlite_notifications.h"
#include "mentara/storage/sqlite_personal_data.h"
#include "mentara/storage/sqlite_presences.h"
#include "mentara/storage/sqlite_revocations.h"
#include "mentara/storage/sqlite_search.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

// The questions of Snapshot as SQL, on one connection. Throws sqlite::Error.
class SqliteSnapshot : public virtual Snapshot {
 public:
  explicit SqliteSnapshot(sqlite::Database& database);

  std::optional<Membership> find_membership(const ConversationId& conversation, const UserId& user) override;
  std::optional<Membership> find_membership(ConversationKey conversation, const UserId& user) override;
  std::vector<Membership> find_memberships(const UserId& user, Position before, bool unread_only,
                                           std::size_t limit) override;
  std::optional<ConversationKey> find_conversation(const ConversationId& conversation) override;
  std::optional<ConversationKey> find_direct(const UserId& one, const UserId& other) override;
  Conversation conversation(ConversationKey conversation) override;
  MemberIds member_ids(ConversationKey conversation) override;
  std::optional<Message> find_message(const MessageId& message) override;
  std::optional<Message> find_message(UserKey sender, const ClientMessageId& client_message_id) override;
  std::vector<Message> messages_before(ConversationKey conversation, std::int64_t before_seq, std::int64_t above_seq,
                                       std::size_t limit) override;
  std::vector<Message> messages_after(ConversationKey conversation, std::int64_t after_seq, std::size_t limit) override;
  std::int64_t count_unread(const Membership& membership) override;
  MessageDetails& message_details() override { return message_details_; }
  LogReader& log() override { return log_reader_; }
  Blocks& blocks() override { return blocks_; }
  MessageSearch& message_search() override { return message_search_; }
  Notifications& notifications() override { return notifications_; }
  Presences& presences() override { return presences_; }
  KeptRevocations& revocations() override { return revocations_; }
  Calls& calls() override { return calls_; }
  PersonalData& personal_data() override { return personal_data_; }

 private:
  sqlite::Statement membership_by_id_, membership_by_key_, memberships_, unread_memberships_;
  sqlite::Statement conversation_key_, direct_key_, conversation_, members_, member_ids_;
  sqlite::Statement message_by_id_, message_by_client_id_, messages_before_, messages_after_, unread_;
  SqliteMessageDetails message_details_;
  SqliteLogReader log_reader_;
  SqliteBlocks blocks_;
  SqliteMessageSearch message_search_;
  SqliteNotifications notifications_;
  SqlitePresences presences_;
  SqliteRevocations revocations_;
  SqliteCalls calls_;
  SqlitePersonalData personal_data_;
};

} // namespace mentara::storage
