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
                           [this](ConversationKey conversation) { known_.forget(conversation); }),
      block_changes_(database, users_, [this] { known_.forget_memberships(); }),
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
                      "?7, ?8, (SELECT position FROM messages WHERE message_id = ?9), ?10, ?11, ?12) "
                      "ON CONFLICT (sender_key, client_message_id) WHERE client_message_id IS NOT NULL DO NOTHING" +
                          std::string(database.either("", " RETURNING position"))),
      advance_read_(database, "UPDATE members SET read_seq = ?3 WHERE conversation_key = ?1 AND user_key = ?2"),
      places_(database),
      personal_data_changes_(database, [this] { known_.forget_memberships(); }) {
  if (database.shared()) commit_record_.emplace(database, clock);
}

void SqlTransaction::begin() {
  begin_.run();
  if (log_.begin()) known_.forget_all();
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
  known_.forget_all();
  if (database_.in_transaction()) database_.execute("ROLLBACK");
}

void SqlTransaction::learn_user(const User& user) {
  const std::int64_t before = database_.changes_total();
  users_.learn(user);
  if (database_.changes_total() != before) known_.forget_memberships();
}

std::optional<Membership> SqlTransaction::find_membership(const ConversationId& conversation, const UserId& user) {
  if (database_.shared()) return SqlSnapshot::find_membership(conversation, user);
  auto member = known_.find(conversation, user);
  if (member) return member;
  member = SqlSnapshot::find_membership(conversation, user);
  if (member) known_.learn(*member);
  return member;
}

bool SqlTransaction::RememberedBlocks::between(const UserId& one, const UserId& other) {
  return transaction_.SqlSnapshot::blocks().between(one, other);
}

std::vector<UserId> SqlTransaction::RememberedBlocks::among_members(const Membership& member) {
  Blocks& stored = transaction_.SqlSnapshot::blocks();
  if (transaction_.database_.shared()) return stored.among_members(member);
  if (auto known = transaction_.known_.blocks(member)) return *std::move(known);
  std::vector<UserId> users = stored.among_members(member);
  transaction_.known_.learn_blocks(member, users);
  return users;
}

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

std::optional<Position> SqlTransaction::insert_message(const Membership& sender, Message& message) {
  message.seq = sender.last_seq + 1;
  const Position position = log_.position() + 1;
  const std::optional<std::string_view> reply_to =
      message.reply_to ? std::optional<std::string_view>(message.reply_to->id.value) : std::nullopt;
  const std::int64_t changes = database_.changes_total();
  const bool is_returned =
      insert_message_
          .query(position, sender.conversation_key, message.seq, sender.user_key, message.id.value,
                 stored_number(message.type), message.content, nothing_if_empty(message.client_message_id.value),
                 reply_to, attachments_to_text(message.attachments), message.metadata, message.created_at.ms)
          .next();
  const bool is_inserted = database_.either(database_.changes_total() != changes, is_returned);
  if (!is_inserted) return std::nullopt;
  log_.append(sender.conversation_key, LogType::message, message_payload(message));
  advance_conversation_.run(sender.conversation_key, message.seq, position, message.created_at.ms);
  known_.advance(sender, message.seq, position);
  return position;
}

Position SqlTransaction::advance_read(const Membership& reader, std::int64_t seq, UnixTime at) {
  advance_read_.run(reader.conversation_key, reader.user_key, seq);
  known_.advance_read(reader, seq);
  return log_.append(reader.conversation_key, LogType::message_read,
                     message_read_payload(reader.conversation_id, reader.user.id, seq, at));
}

Position SqlTransaction::log_delivered(const UserId& user, const ConversationId& conversation, const DeliveredTo& to,
                                       UnixTime at) {
  return log_.append(to.conversation_key, LogType::message_delivered,
                     message_delivered_payload(conversation, user, to.seq, at));
}

MemberIds SqlTransaction::member_ids(ConversationKey conversation) {
  if (auto known = known_.ids(conversation)) return *std::move(known);
  MemberIds ids = SqlSnapshot::member_ids(conversation);
  known_.learn_ids(conversation, ids);
  return ids;
}

} // namespace mentara::storage
