#pragma once

#include "mentara/storage/sql.h"
#include "mentara/storage/sql_blocks.h"
#include "mentara/storage/sql_calls.h"
#include "mentara/storage/sql_log_reader.h"
#include "mentara/storage/sql_message_changes.h"
#include "mentara/storage/sql_notifications.h"
#include "mentara/storage/sql_personal_data.h"
#include "mentara/storage/sql_presences.h"
#include "mentara/storage/sql_revocations.h"
#include "mentara/storage/sql_search.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

// The questions of Snapshot as SQL, on one connection. Throws sql::Error.
class SqlSnapshot : public virtual Snapshot {
 public:
  explicit SqlSnapshot(sql::Database& database);

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
  sql::Statement membership_by_id_, membership_by_key_, memberships_, unread_memberships_;
  sql::Statement conversation_key_, direct_key_, conversation_, members_, member_ids_;
  sql::Statement message_by_id_, message_by_client_id_, messages_before_, messages_after_, unread_;
  SqlMessageDetails message_details_;
  SqlLogReader log_reader_;
  SqlBlocks blocks_;
  SqlMessageSearch message_search_;
  SqlNotifications notifications_;
  SqlPresences presences_;
  SqlRevocations revocations_;
  SqlCalls calls_;
  SqlPersonalData personal_data_;
};

} // namespace mentara::storage
