#include "mentara/storage/sql_transaction.h"

#include <algorithm>
#include <optional>

#include "mentara/storage/sql_columns.h"
#include "mentara/storage/stored_number.h"

namespace mentara::storage {
namespace {

std::optional<std::string_view> nothing_if_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

} // namespace

SqlTransaction::SqlTransaction(sql::Database& database, const WallClock& clock)
    : SqlSnapshot(database),
      database_(database),
      log_(database, clock),
      users_(database),
      search_index_(database),
      message_changes_(database, log_, search_index_),
      participant_changes_(database, log_, users_,
                           [this](ConversationKey conversation) { forget_members(conversation); }),
      block_changes_(database, users_),
      notification_changes_(database, log_, users_),
      presence_changes_(database, users_),
      revocation_changes_(database),
      call_changes_(database, log_, users_),
      begin_(database, database.either("BEGIN IMMEDIATE", "BEGIN")),
      commit_(database, "COMMIT"),
      insert_conversation_(database,
                           "INSERT INTO conversations (conversation_id, type, title, metadata, history_visibility, "
                           "created_by, created_at, updated_at, last_seq, activity) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, ?8) RETURNING conversation_key"),
      insert_direct_(database,
                     "INSERT INTO directs (low_user_key, high_user_key, conversation_key) VALUES (?1, ?2, ?3)"),
      insert_member_(database,
                     "INSERT INTO members (conversation_key, user_key, ordinal, role, joined_at, joined_seq, "
                     "joined_position, delivered_seq, read_seq) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 0, 0)"),
      advance_conversation_(database,
                            "UPDATE conversations SET last_seq = ?2, activity = ?3, updated_at = ?4 "
                            "WHERE conversation_key = ?1"),
      insert_message_(database,
                      "INSERT INTO messages (position, conversation_key, seq, sender_key, message_id, type, content, "
                      "client_message_id, reply_to, attachments, metadata, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                      "?7, ?8, (SELECT position FROM messages WHERE message_id = ?9), ?10, ?11, ?12)"),
      advance_read_(database, "UPDATE members SET read_seq = ?3 WHERE conversation_key = ?1 AND user_key = ?2"),
      places_(database),
      personal_data_changes_(database) {
  if (database.shared()) commit_record_.emplace(database, clock);
}

void SqlTransaction::begin() {
  begin_.run();
  if (log_.begin()) forget_members();
}

void SqlTransaction::commit(bool announce) {
  log_.keep_position();
  lost_position_ = log_.position();
  if (commit_record_) commit_record_->keep(log_.moved() ? log_.position() : 0, announce);
  commit_.query().next();
  log_.committed();
}

bool SqlTransaction::was_committed() {
  begin_.run();
  log_.begin(); // behind the lock of the transaction in question: it is over
  const bool committed = commit_record_->is_kept();
  rollback();
  return committed;
}

void SqlTransaction::rollback() {
  log_.rolled_back();
  forget_members();
  if (database_.in_transaction()) database_.execute("ROLLBACK");
}

void SqlTransaction::learn_user(const User& user) { users_.learn(user); }

Position SqlTransaction::insert_conversation(Conversation& conversation) {
  const Position before = log_.position();
  User creator{conversation.created_by};
  const UserKey creator_key = users_.ensure(creator);
  const auto key = [&] {
    sql::Rows row = insert_conversation_.query(
        conversation.id.value, stored_number(conversation.type), conversation.title, conversation.metadata,
        stored_number(conversation.history_visibility), creator_key, conversation.created_at.ms, before + 1);
    row.next();
    return row.as<ConversationKey>(0);
  }();
  std::vector<UserKey> users;
  for (Member& member : conversation.members) {
    users.push_back(users_.ensure(member.user));
    insert_member_.run(key, users.back(), users.size(), stored_number(member.role), member.joined_at.ms, before);
  }
  if (conversation.type == ConversationType::DIRECT) {
    const auto [low, high] = std::minmax_element(users.begin(), users.end());
    insert_direct_.run(*low, *high, key);
  }
  return log_.append(key, LogType::conversation_created, conversation_created_payload(conversation));
}

Position SqlTransaction::insert_message(const Membership& sender, Message& message) {
  message.seq = sender.last_seq + 1;
  const Position position = log_.append(sender.conversation_key, LogType::message, message_payload(message));
  const std::optional<std::string_view> reply_to =
      message.reply_to ? std::optional<std::string_view>(message.reply_to->id.value) : std::nullopt;
  insert_message_.run(position, sender.conversation_key, message.seq, sender.user_key, message.id.value,
                      stored_number(message.type), message.content, nothing_if_empty(message.client_message_id.value),
                      reply_to, attachments_to_text(message.attachments), message.metadata, message.created_at.ms);
  advance_conversation_.run(sender.conversation_key, message.seq, position, message.created_at.ms);
  return position;
}

Position SqlTransaction::advance_read(const Membership& reader, std::int64_t seq, UnixTime at) {
  advance_read_.run(reader.conversation_key, reader.user_key, seq);
  return log_.append(reader.conversation_key, LogType::message_read,
                     message_read_payload(reader.conversation_id, reader.user.id, seq, at));
}

Position SqlTransaction::log_delivered(const UserId& user, const ConversationId& conversation, const DeliveredTo& to,
                                       UnixTime at) {
  return log_.append(to.conversation_key, LogType::message_delivered,
                     message_delivered_payload(conversation, user, to.seq, at));
}

MemberIds SqlTransaction::member_ids(ConversationKey conversation) {
  const auto found = member_ids_by_conversation_.find(conversation);
  if (found != member_ids_by_conversation_.end()) return found->second;
  MemberIds ids = SqlSnapshot::member_ids(conversation);
  cached_member_ids_ += ids->size();
  if (cached_member_ids_ > cached_member_ids_max) {
    forget_members();
    cached_member_ids_ = ids->size();
  }
  member_ids_by_conversation_.emplace(conversation, ids);
  return ids;
}

void SqlTransaction::forget_members(ConversationKey conversation) {
  const auto found = member_ids_by_conversation_.find(conversation);
  if (found == member_ids_by_conversation_.end()) return;
  cached_member_ids_ -= found->second->size();
  member_ids_by_conversation_.erase(found);
}

void SqlTransaction::forget_members() {
  member_ids_by_conversation_.clear();
  cached_member_ids_ = 0;
}

} // namespace mentara::storage
