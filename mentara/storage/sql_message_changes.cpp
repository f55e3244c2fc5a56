#include "mentara/storage/sql_message_changes.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace mentara::storage {

#define POSITION_OF_1 "(SELECT position FROM messages WHERE message_id = ?1)"

SqlMessageDetails::SqlMessageDetails(sql::Database& database)
    : edits_(database, "SELECT content, edited_at FROM message_edits WHERE message_position = " POSITION_OF_1
                       " ORDER BY position"),
      reactions_(database,
                 "SELECT r.emoji, u.user_id FROM reactions r JOIN users u ON u.user_key = r.user_key "
                 "WHERE r.message_position = " POSITION_OF_1 " ORDER BY r.position") {}

std::vector<Edit> SqlMessageDetails::edits(const MessageId& message) {
  std::vector<Edit> edits;
  sql::Rows row = edits_.query(message.value);
  while (row.next()) edits.push_back({row.text(0), UnixTime{row.integer(1)}});
  return edits;
}

std::vector<Reaction> SqlMessageDetails::reactions(const MessageId& message) {
  std::vector<Reaction> reactions;
  sql::Rows row = reactions_.query(message.value);
  while (row.next()) {
    auto found = std::find_if(reactions.begin(), reactions.end(),
                              [&](const Reaction& reaction) { return reaction.emoji == row.text_view(0); });
    if (found == reactions.end()) found = reactions.insert(found, {row.text(0)});
    found->user_ids.push_back({row.text(1)});
  }
  return reactions;
}

SqlMessageChanges::SqlMessageChanges(sql::Database& database, SqlLog& log, SqlSearchIndex& search_index)
    : log_(log),
      search_index_(search_index),
      keep_text_(database,
                 "INSERT INTO message_edits (position, message_position, content, edited_at) "
                 "SELECT ?2, position, content, ?3 FROM messages WHERE message_id = ?1"),
      edit_(database, "UPDATE messages SET content = ?2, edited_at = ?3 WHERE message_id = ?1"),
      erase_(database,
             "UPDATE messages SET content = '', attachments = '', metadata = '', reply_to = NULL, deleted_at = ?2, "
             "deleted_by = (SELECT user_key FROM users WHERE user_id = ?3) WHERE message_id = ?1"),
      erase_from_log_(
          database, "UPDATE log SET payload = ?2 WHERE position = " POSITION_OF_1
                    " OR position IN (SELECT position FROM message_edits WHERE message_position = " POSITION_OF_1 ")"),
      // An answer's row, and those of its edits.
      quotes_in_log_(database,
                     "SELECT position, payload FROM log WHERE position IN "
                     "(SELECT position FROM messages WHERE reply_to = " POSITION_OF_1
                     ") OR position IN (SELECT e.position FROM messages m JOIN message_edits e ON "
                     "e.message_position = m.position WHERE m.reply_to = " POSITION_OF_1 ")"),
      rewrite_log_(database, "UPDATE log SET payload = ?2 WHERE position = ?1"),
      erase_edits_(database, "DELETE FROM message_edits WHERE message_position = " POSITION_OF_1),
      erase_reactions_(database, "DELETE FROM reactions WHERE message_position = " POSITION_OF_1),
      add_reaction_(
          database,
          "INSERT INTO reactions (message_position, emoji, user_key, position) "
          "SELECT position, ?2, ?3, ?4 FROM messages WHERE message_id = ?1 ON CONFLICT DO NOTHING RETURNING 1"),
      remove_reaction_(database, "DELETE FROM reactions WHERE message_position = " POSITION_OF_1
                                 " AND emoji = ?2 AND user_key = ?3 RETURNING 1") {}

Position SqlMessageChanges::edit(const Membership& member, const Message& message) {
  const Position position = log_.append(member.conversation_key, LogType::message_updated, message_payload(message));
  keep_text_.run(message.id.value, position, message.edited_at->ms);
  search_index_.forget(message.id);
  edit_.run(message.id.value, message.content, message.edited_at->ms);
  search_index_.index_again(message.id);
  return position;
}

Position SqlMessageChanges::erase(const Membership& member, const Message& tombstone) {
  const std::string& id = tombstone.id.value;
  search_index_.forget(tombstone.id);
  erase_from_log_.run(id, message_payload(tombstone));
  erase_quotes_from_log(tombstone.id);
  erase_edits_.run(id);
  erase_reactions_.run(id);
  erase_.run(id, tombstone.deleted_at->ms, tombstone.deleted_by.value);
  return log_.append(member.conversation_key, LogType::message_deleted, message_deleted_payload(tombstone));
}

void SqlMessageChanges::erase_quotes_from_log(const MessageId& message) {
  std::vector<std::pair<Position, std::string>> rows;
  {
    sql::Rows row = quotes_in_log_.query(message.value);
    while (row.next()) rows.emplace_back(row.integer(0), without_quote(row.text_view(1)));
  }
  for (const auto& [position, payload] : rows) rewrite_log_.run(position, payload);
}

bool SqlMessageChanges::add_reaction(const Membership& member, const MessageId& message, const std::string& emoji) {
  return add_reaction_.query(message.value, emoji, member.user_key, log_.position() + 1).next();
}

bool SqlMessageChanges::remove_reaction(const Membership& member, const MessageId& message, const std::string& emoji) {
  return remove_reaction_.query(message.value, emoji, member.user_key).next();
}

Position SqlMessageChanges::tell_reactions(const Membership& member, const Message& message,
                                           const std::vector<Reaction>& reactions) {
  return log_.append(member.conversation_key, LogType::reaction_updated, reaction_updated_payload(message, reactions));
}

} // namespace mentara::storage
