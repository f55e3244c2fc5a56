#include "mentara/storage/sql_snapshot.h"

#include <algorithm>
#include <stdexcept>

#include "mentara/storage/log_payload.h"
#include "mentara/storage/sql_columns.h"

namespace mentara::storage {
namespace {

using sql::Rows;

// Literals joined at compile time: no SQL is ever put together from values.
#define SELECT_MEMBERSHIP                                                              \
  "SELECT " USER_COLUMNS                                                               \
  ", c.conversation_key, u.user_key, c.conversation_id, m.role, c.history_visibility," \
  " m.joined_seq, m.read_seq, c.last_seq, c.activity,"                                 \
  " c.type, m.joined_at, m.muted, m.muted_until, m.archived, m.pinned "

Membership read_membership(const Rows& row) {
  Membership membership;
  membership.user = read_user(row, 0);
  int column = user_columns;
  membership.conversation_key = row.as<ConversationKey>(column++);
  membership.user_key = row.as<UserKey>(column++);
  membership.conversation_id = {row.text(column++)};
  membership.role = row.as<MemberRole>(column++);
  membership.history_visibility = row.as<HistoryVisibility>(column++);
  membership.joined_seq = row.integer(column++);
  membership.read_seq = row.integer(column++);
  membership.last_seq = row.integer(column++);
  membership.activity = row.integer(column++);
  membership.conversation_type = row.as<ConversationType>(column++);
  membership.joined_at = {row.integer(column++)};
  membership.settings.muted = row.integer(column++) != 0;
  if (!row.null(column)) membership.settings.muted_until = UnixTime{row.integer(column)};
  membership.settings.archived = row.integer(++column) != 0;
  membership.settings.pinned = row.integer(++column) != 0;
  return membership;
}

std::optional<Membership> read_one_membership(Rows row) {
  if (!row.next()) return std::nullopt;
  return read_membership(row);
}

// CROSS JOIN keeps SQLite to the order that is written: from the two names to the one row that joins them. (PostgreSQL
// keeps to it by a setting, and reads no ON there: conditions stand in WHERE.)
#define FIND_MEMBERSHIP                                           \
  SELECT_MEMBERSHIP                                               \
  "FROM conversations c CROSS JOIN users u CROSS JOIN members m " \
  "WHERE m.conversation_key = c.conversation_key AND m.user_key = u.user_key AND "

#define FIND_MEMBERSHIPS                                          \
  SELECT_MEMBERSHIP                                               \
  "FROM users u CROSS JOIN members m CROSS JOIN conversations c " \
  "WHERE m.user_key = u.user_key AND c.conversation_key = m.conversation_key AND u.user_id = ?1 AND c.activity < ?2 "

#define UNREAD                                                                                         \
  "FROM messages x WHERE x.conversation_key = m.conversation_key AND x.seq > max(m.read_seq, "         \
  "CASE c.history_visibility WHEN 0 THEN m.joined_seq ELSE 0 END) AND x.sender_key <> m.user_key AND " \
  "x.deleted_at IS NULL"

#define SELECT_MESSAGE                                                                 \
  "SELECT " USER_COLUMNS                                                               \
  ", m.message_id, c.conversation_id, m.seq, m.content, m.type, m.client_message_id, " \
  "m.attachments, m.metadata, m.created_at, m.edited_at, m.deleted_at, du.user_id, "   \
  "q.message_id, qu.user_id, q.content "                                               \
  "FROM messages m JOIN conversations c ON c.conversation_key = m.conversation_key "   \
  "JOIN users u ON u.user_key = m.sender_key "                                         \
  "LEFT JOIN users du ON du.user_key = m.deleted_by "                                  \
  "LEFT JOIN messages q ON q.position = m.reply_to LEFT JOIN users qu ON qu.user_key = q.sender_key "

Message read_message(const Rows& row) {
  Message message;
  message.sender = read_user(row, 0);
  int column = user_columns;
  message.id = {row.text(column++)};
  message.conversation_id = {row.text(column++)};
  message.seq = row.integer(column++);
  message.content = row.text(column++);
  message.type = row.as<MessageType>(column++);
  message.client_message_id = {row.text(column++)};
  message.attachments = attachments_from_text(row.text_view(column++));
  message.metadata = row.text(column++);
  message.created_at = {row.integer(column++)};
  if (!row.null(column)) message.edited_at = UnixTime{row.integer(column)};
  if (!row.null(++column)) message.deleted_at = UnixTime{row.integer(column)};
  message.deleted_by = {row.text(++column)};
  ++column;
  if (!row.null(column)) {
    const std::string_view content = quote_text(row.text_view(column + 2));
    message.reply_to = Quote{{row.text(column)}, {row.text(column + 1)}, std::string(content)};
  }
  return message;
}

std::optional<Message> read_one_message(Rows row) {
  if (!row.next()) return std::nullopt;
  return read_message(row);
}

std::vector<Message> read_messages(Rows row) {
  std::vector<Message> messages;
  while (row.next()) messages.push_back(read_message(row));
  return messages;
}

std::optional<ConversationKey> read_one_key(Rows row) {
  if (!row.next()) return std::nullopt;
  return row.as<ConversationKey>(0);
}

} // namespace

SqlSnapshot::SqlSnapshot(sql::Database& database)
    : membership_by_id_(database, FIND_MEMBERSHIP "c.conversation_id = ?1 AND u.user_id = ?2"),
      membership_by_key_(database, FIND_MEMBERSHIP "c.conversation_key = ?1 AND u.user_id = ?2"),
      memberships_(database, FIND_MEMBERSHIPS "ORDER BY c.activity DESC LIMIT ?3"),
      unread_memberships_(database,
                          FIND_MEMBERSHIPS "AND EXISTS (SELECT 1 " UNREAD ") ORDER BY c.activity DESC LIMIT ?3"),
      conversation_key_(database, "SELECT conversation_key FROM conversations WHERE conversation_id = ?1"),
      direct_key_(database,
                  "SELECT d.conversation_key FROM users a, users b, directs d WHERE a.user_id = ?1 AND b.user_id = ?2 "
                  "AND d.low_user_key = min(a.user_key, b.user_key) AND d.high_user_key = max(a.user_key, b.user_key)"),
      conversation_(database,
                    "SELECT c.conversation_id, c.type, c.title, c.metadata, c.history_visibility, u.user_id, "
                    "c.created_at, c.updated_at, c.last_seq "
                    "FROM conversations c JOIN users u ON u.user_key = c.created_by WHERE c.conversation_key = ?1"),
      members_(database, "SELECT " USER_COLUMNS
                         ", m.role, m.joined_at, m.joined_seq, m.delivered_seq, m.read_seq FROM members m "
                         "JOIN users u ON u.user_key = m.user_key WHERE m.conversation_key = ?1 ORDER BY m.ordinal"),
      member_ids_(database,
                  "SELECT u.user_id FROM members m JOIN users u ON u.user_key = m.user_key "
                  "WHERE m.conversation_key = ?1 ORDER BY m.ordinal"),
      message_by_id_(database, SELECT_MESSAGE "WHERE m.message_id = ?1"),
      message_by_client_id_(database, SELECT_MESSAGE "WHERE m.sender_key = ?1 AND m.client_message_id = ?2"),
      messages_before_(database, SELECT_MESSAGE
                       "WHERE m.conversation_key = ?1 AND m.seq < ?2 AND m.seq > ?3 ORDER BY m.seq DESC LIMIT ?4"),
      messages_after_(database, SELECT_MESSAGE "WHERE m.conversation_key = ?1 AND m.seq > ?2 ORDER BY m.seq LIMIT ?3"),
      unread_(database,
              "SELECT count(*) FROM messages WHERE conversation_key = ?1 AND seq > ?2 AND sender_key <> ?3 AND "
              "deleted_at IS NULL"),
      message_details_(database),
      log_reader_(database),
      blocks_(database),
      message_search_(database),
      notifications_(database),
      presences_(database),
      revocations_(database),
      calls_(database),
      personal_data_(database) {}

std::optional<Membership> SqlSnapshot::find_membership(const ConversationId& conversation, const UserId& user) {
  return read_one_membership(membership_by_id_.query(conversation.value, user.value));
}

std::optional<Membership> SqlSnapshot::find_membership(ConversationKey conversation, const UserId& user) {
  return read_one_membership(membership_by_key_.query(conversation, user.value));
}

std::vector<Membership> SqlSnapshot::find_memberships(const UserId& user, Position before, bool unread_only,
                                                      std::size_t limit) {
  std::vector<Membership> memberships;
  Rows row = (unread_only ? unread_memberships_ : memberships_).query(user.value, before, limit);
  while (row.next()) memberships.push_back(read_membership(row));
  return memberships;
}

std::optional<ConversationKey> SqlSnapshot::find_conversation(const ConversationId& conversation) {
  return read_one_key(conversation_key_.query(conversation.value));
}

std::optional<ConversationKey> SqlSnapshot::find_direct(const UserId& one, const UserId& other) {
  return read_one_key(direct_key_.query(one.value, other.value));
}

Conversation SqlSnapshot::conversation(ConversationKey key) {
  Rows row = conversation_.query(key);
  if (!row.next()) throw std::runtime_error("a conversation that was found is gone within one snapshot");
  Conversation conversation;
  conversation.id = {row.text(0)};
  conversation.type = row.as<ConversationType>(1);
  conversation.title = row.text(2);
  conversation.metadata = row.text(3);
  conversation.history_visibility = row.as<HistoryVisibility>(4);
  conversation.created_by = {row.text(5)};
  conversation.created_at = {row.integer(6)};
  conversation.updated_at = {row.integer(7)};
  conversation.last_seq = row.integer(8);

  Rows member = members_.query(key);
  while (member.next()) {
    int column = user_columns;
    const auto role = member.as<MemberRole>(column);
    conversation.members.push_back({read_user(member, 0), role, UnixTime{member.integer(column + 1)},
                                    member.integer(column + 2), member.integer(column + 3),
                                    member.integer(column + 4)});
  }
  return conversation;
}

MemberIds SqlSnapshot::member_ids(ConversationKey conversation) {
  auto ids = std::make_shared<std::vector<UserId>>();
  Rows row = member_ids_.query(conversation);
  while (row.next()) ids->push_back({row.text(0)});
  return ids;
}

std::optional<Message> SqlSnapshot::find_message(const MessageId& message) {
  return read_one_message(message_by_id_.query(message.value));
}

std::optional<Message> SqlSnapshot::find_message(UserKey sender, const ClientMessageId& client_message_id) {
  return read_one_message(message_by_client_id_.query(sender, client_message_id.value));
}

std::vector<Message> SqlSnapshot::messages_before(ConversationKey conversation, std::int64_t before_seq,
                                                  std::int64_t above_seq, std::size_t limit) {
  auto messages = read_messages(messages_before_.query(conversation, before_seq, above_seq, limit));
  std::reverse(messages.begin(), messages.end());
  return messages;
}

std::vector<Message> SqlSnapshot::messages_after(ConversationKey conversation, std::int64_t after_seq,
                                                 std::size_t limit) {
  return read_messages(messages_after_.query(conversation, after_seq, limit));
}

std::int64_t SqlSnapshot::count_unread(const Membership& membership) {
  Rows row = unread_.query(membership.conversation_key, std::max(membership.read_seq, membership.visible_above()),
                           membership.user_key);
  row.next();
  return row.integer(0);
}

} // namespace mentara::storage
