#include "mentara/storage/sql_personal_data.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "mentara/limits.h"
#include "mentara/storage/log_payload.h"

namespace mentara::storage {
namespace {

using sql::Statement;

// The two databases make JSON and times with functions of other names. These stand for theirs.
struct Words {
  std::string_view name; // "iso(…)"
  std::string_view sqlite_begin, sqlite_end;
  std::string_view postgres_begin, postgres_end;
};
constexpr Words words[] = {
    {"iso", "strftime('%Y-%m-%dT%H:%M:%fZ', (", ") / 1000.0, 'unixepoch')", // of milliseconds
     "to_char(to_timestamp((", ") / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"},
    {"object", "json_object(", ")", "json_build_object(", ")"},
    {"list", "json_group_array(", ")", "coalesce(json_agg(", "), '[]')"},
    {"json", "json(", ")", "CAST(", " AS json)"}, // of a text
    {"flag", "json(iif(", ", 'true', 'false'))", "(", " <> 0)"},
};

std::string in_words_of(sql::Dialect dialect, std::string_view text) {
  const bool sqlite = dialect == sql::Dialect::sqlite;
  std::string out;
  std::vector<std::string_view> ends; // of what is open
  bool in_name = false, in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') in_text = !in_text;
    const Words* found = nullptr;
    for (const Words& one : words) {
      if (in_name || in_text || !text.substr(i).starts_with(one.name)) continue;
      if (i + one.name.size() < text.size() && text[i + one.name.size()] == '(') found = &one;
    }
    if (found) {
      out += sqlite ? found->sqlite_begin : found->postgres_begin;
      ends.push_back(sqlite ? found->sqlite_end : found->postgres_end);
      i += found->name.size();
    } else if (c == '(' && !in_text) {
      out += c;
      ends.push_back(")");
    } else if (c == ')' && !in_text) {
      out += ends.back();
      ends.pop_back();
    } else {
      out += c;
    }
    in_name = (c >= 'a' && c <= 'z') || c == '_' || c == '.';
    if (found) in_name = false;
  }
  return out;
}

// What is told of a user, kind by kind. Each gives rows (place, JSON object) of the user ?1 whose place lies above ?2
// and not above ?3, ordered by place, at most ?4. A table that names users belongs into one of these, and into what is
// forgotten, or says in the test of both why not.
struct Section {
  std::string_view name;
  std::string_view rows;
  bool in_the_log = false; // places are positions in it, and no index leads to him: a stretch at a time
};
constexpr Section sections[] = {
    {"profile", R"(SELECT 1, object('userId', user_id, 'name', nullif(name, ''), 'firstName', nullif(first_name, ''),
      'lastName', nullif(last_name, ''), 'avatarUrl', nullif(avatar_url, ''), 'role', nullif(role, ''))
      FROM users WHERE user_key = ?1 AND ?2 < 1 AND ?3 > 0 LIMIT ?4)"},
    {"devices", R"(SELECT n, j FROM (SELECT row_number() OVER (ORDER BY channel, device_id) AS n,
      object('deviceId', device_id, 'namespace',
        CASE channel WHEN 1 THEN '/messaging' WHEN 2 THEN '/notifications' ELSE '/video-calls' END,
        'cursor', epoch || '.' || position, 'movedAt', iso(moved_at)) AS j
      FROM device_places WHERE user_key = ?1) numbered WHERE n > ?2 AND n <= ?3 ORDER BY n LIMIT ?4)"},
    {"blocks", R"(SELECT b.blocked_key,
      object('userId', u.user_id, 'reason', nullif(b.reason, ''), 'createdAt', iso(b.created_at))
      FROM blocks b JOIN users u ON u.user_key = b.blocked_key
      WHERE b.blocker_key = ?1 AND b.blocked_key > ?2 AND b.blocked_key <= ?3 ORDER BY b.blocked_key LIMIT ?4)"},
    {"conversations", R"(SELECT m.conversation_key, object('conversationId', c.conversation_id,
        'role', CASE m.role WHEN 0 THEN 'ADMIN' WHEN 1 THEN 'MODERATOR' ELSE 'MEMBER' END,
        'joinedAt', iso(m.joined_at), 'deliveredSeq', m.delivered_seq, 'readSeq', m.read_seq,
        'muted', flag(m.muted), 'mutedUntil', iso(m.muted_until), 'archived', flag(m.archived), 'pinned', flag(m.pinned))
      FROM members m JOIN conversations c ON c.conversation_key = m.conversation_key
      WHERE m.user_key = ?1 AND m.conversation_key > ?2 AND m.conversation_key <= ?3
      ORDER BY m.conversation_key LIMIT ?4)"},
    {"pastConversations", R"(SELECT p.left_position, object('conversationId', c.conversation_id,
        'leftAt', (SELECT iso(l.at) FROM log l WHERE l.position = p.left_position))
      FROM past_members p JOIN conversations c ON c.conversation_key = p.conversation_key
      WHERE p.user_key = ?1 AND p.left_position > ?2 AND p.left_position <= ?3 ORDER BY p.left_position LIMIT ?4)"},
    {"messages", R"(SELECT m.position, object('id', m.message_id, 'conversationId', c.conversation_id, 'seq', m.seq,
        'clientMessageId', m.client_message_id, 'messageType',
        CASE m.type WHEN 0 THEN 'TEXT' WHEN 1 THEN 'IMAGE' WHEN 2 THEN 'AUDIO' WHEN 3 THEN 'VIDEO' ELSE 'FILE' END,
        'content', m.content, 'attachments', json(coalesce(nullif(m.attachments, ''), '[]')),
        'metadata', json(nullif(m.metadata, '')),
        'replyToId', (SELECT q.message_id FROM messages q WHERE q.position = m.reply_to),
        'createdAt', iso(m.created_at), 'editedAt', iso(m.edited_at), 'deletedAt', iso(m.deleted_at),
        'edits', (SELECT list(object('content', e.content, 'editedAt', iso(e.edited_at)))
                  FROM message_edits e WHERE e.message_position = m.position))
      FROM messages m JOIN conversations c ON c.conversation_key = m.conversation_key
      WHERE m.sender_key = ?1 AND m.position > ?2 AND m.position <= ?3 ORDER BY m.position LIMIT ?4)",
     true},
    {"reactions", R"(SELECT r.message_position, object('messageId', m.message_id, 'emoji', r.emoji)
      FROM reactions r JOIN messages m ON m.position = r.message_position
      WHERE r.user_key = ?1 AND r.message_position > ?2 AND r.message_position <= ?3
      ORDER BY r.message_position LIMIT ?4)",
     true},
    {"notifications", R"(SELECT notification_key, object('id', notification_id, 'type', type, 'title', title,
        'message', message,
        'priority', CASE priority WHEN 0 THEN 'LOW' WHEN 1 THEN 'NORMAL' WHEN 2 THEN 'HIGH' ELSE 'URGENT' END,
        'data', json(nullif(data, '')), 'actionUrl', nullif(action_url, ''), 'createdAt', iso(created_at),
        'expiresAt', iso(expires_at), 'readAt', iso(read_at))
      FROM notifications WHERE user_key = ?1 AND notification_key > ?2 AND notification_key <= ?3
      ORDER BY notification_key LIMIT ?4)"},
    {"notificationTypes", R"(SELECT n, j FROM (SELECT row_number() OVER (ORDER BY type) AS n,
      object('type', type, 'inApp', flag(in_app), 'push', flag(push)) AS j
      FROM notification_types WHERE user_key = ?1) numbered WHERE n > ?2 AND n <= ?3 ORDER BY n LIMIT ?4)"},
    {"notificationSettings", R"(SELECT 1, object('mutedUntil', iso(muted_until),
        'quietStart', substr(iso(quiet_start * 60000), 12, 8), 'quietEnd', substr(iso(quiet_end * 60000), 12, 8),
        'timezone', time_zone)
      FROM notification_users WHERE user_key = ?1 AND ?2 < 1 AND ?3 > 0 LIMIT ?4)"},
    {"pushSubscriptions", R"(SELECT subscription_key, object('endpoint', endpoint, 'createdAt', iso(created_at))
      FROM push_subscriptions WHERE user_key = ?1 AND subscription_key > ?2 AND subscription_key <= ?3
      ORDER BY subscription_key LIMIT ?4)"},
    {"calls", R"(SELECT c.call_key, object('callId', c.call_id, 'fromUserId', a.user_id, 'toUserId', b.user_id,
        'startedAt', iso(c.started_at), 'answeredAt', iso(c.answered_at), 'endedAt', iso(c.ended_at),
        'reports', (SELECT list(json(r.report)) FROM call_reports r
                    WHERE r.call_key = c.call_key AND r.side = CASE c.caller_key WHEN ?1 THEN 0 ELSE 1 END))
      FROM (SELECT call_key FROM calls WHERE caller_key = ?1 AND call_key > ?2
            UNION SELECT call_key FROM calls WHERE callee_key = ?1 AND call_key > ?2 ORDER BY 1 LIMIT ?4) own
      JOIN calls c ON c.call_key = own.call_key JOIN users a ON a.user_key = c.caller_key
      JOIN users b ON b.user_key = c.callee_key WHERE c.call_key <= ?3 ORDER BY c.call_key)"},
    {"presence", R"(SELECT 1, object(
        'status', CASE status WHEN 0 THEN 'ONLINE' WHEN 1 THEN 'AWAY' WHEN 2 THEN 'BUSY' ELSE 'INVISIBLE' END,
        'text', nullif(text, ''), 'until', iso(until), 'lastSeenAt', iso(last_seen_at))
      FROM presences WHERE user_key = ?1 AND ?2 < 1 AND ?3 > 0 LIMIT ?4)"},
};

constexpr std::size_t rows_at_once = 500;

struct Place {
  std::size_t section = 0;
  std::int64_t after = 0;
};

// "2.17": above 17 in the third section.
std::optional<Place> parse_place(std::string_view text) {
  Place place;
  if (text.empty()) return place;
  const char* end = text.data() + text.size();
  const auto section = std::from_chars(text.data(), end, place.section);
  if (section.ec != std::errc() || section.ptr == end || *section.ptr != '.') return std::nullopt;
  const auto after = std::from_chars(section.ptr + 1, end, place.after);
  if (after.ec != std::errc() || after.ptr != end || place.after < 0) return std::nullopt;
  if (place.section >= std::size(sections)) return std::nullopt;
  return place;
}

std::int64_t end_of_messages(sql::Database& database) {
  Statement statement(database, "SELECT coalesce(max(position), 0) FROM messages");
  sql::Rows row = statement.query();
  row.next();
  return row.integer(0);
}

} // namespace

std::optional<UserKey> SqlPersonalData::find_user(const UserId& user) {
  Statement statement(database_, "SELECT user_key FROM users WHERE user_id = ?1");
  sql::Rows row = statement.query(user.value);
  if (!row.next()) return std::nullopt;
  return row.as<UserKey>(0);
}

std::optional<ExportPage> SqlPersonalData::export_page(UserKey user, std::string_view cursor) {
  auto place = parse_place(cursor);
  if (!place) return std::nullopt;
  const Section& section = sections[place->section];
  const std::int64_t stretch = static_cast<std::int64_t>(limits::personal_stretch);
  const std::int64_t end = section.in_the_log ? end_of_messages(database_) : INT64_MAX;
  const std::int64_t upto = section.in_the_log ? std::min(place->after + stretch, end) : end;

  ExportPage page{std::string(section.name), "["};
  bool full = false;
  std::size_t rows = 0;
  std::int64_t last = 0;
  {
    Statement statement(database_, in_words_of(database_.dialect(), section.rows));
    // One more than a page has: rows of one place (several reactions to a message) are not torn apart.
    sql::Rows row = statement.query(user, place->after, upto, limits::personal_page_items + limits::reactions_max);
    for (; row.next(); ++rows) {
      const bool enough = rows >= limits::personal_page_items || page.items.size() > limits::history_page_bytes_max;
      full = enough && row.integer(0) != last;
      if (full) break;
      last = row.integer(0);
      if (rows > 0) page.items += ',';
      page.items += row.text_view(1);
    }
  }
  page.items += ']';
  if (full) {
    place->after = last;
  } else if (upto < end) {
    place->after = upto;
  } else {
    *place = {place->section + 1, 0};
  }
  if (place->section < std::size(sections)) {
    page.next_cursor = std::to_string(place->section) + "." + std::to_string(place->after);
  }
  return page;
}

Traces SqlPersonalData::traces(UserKey user, Position after, std::size_t messages_max) {
  const Position end = end_of_messages(database_);
  Traces traces;
  traces.end = std::min(after + static_cast<Position>(limits::personal_stretch), end);
  {
    Statement statement(database_,
                        "SELECT position, message_id FROM messages WHERE sender_key = ?1 AND position > ?2 "
                        "AND position <= ?3 ORDER BY position LIMIT ?4");
    sql::Rows row = statement.query(user, after, traces.end, messages_max);
    Position last = 0;
    while (row.next()) {
      last = row.integer(0);
      traces.written.push_back({row.text(1)});
    }
    if (traces.written.size() == messages_max) traces.end = last;
  }
  {
    Statement statement(
        database_,
        "SELECT r.message_position, m.message_id, r.emoji FROM reactions r "
        "JOIN messages m ON m.position = r.message_position WHERE r.user_key = ?1 "
        "AND r.message_position > ?2 AND r.message_position <= ?3 ORDER BY r.message_position LIMIT ?4");
    sql::Rows row = statement.query(user, after, traces.end, messages_max + limits::reactions_max);
    Position last = 0;
    while (row.next()) {
      const Position position = row.integer(0);
      if (traces.reactions.size() >= messages_max && position != last) {
        traces.end = last; // what was written above it is found again, then as a tombstone
        break;
      }
      last = position;
      traces.reactions.emplace_back(MessageId{row.text(1)}, row.text(2));
    }
  }
  traces.last = traces.end >= end;
  return traces;
}

std::vector<UserId> SqlPersonalData::unfinished_erasures() {
  Statement statement(database_,
                      "SELECT u.user_id FROM erasures e JOIN users u ON u.user_key = e.user_key ORDER BY e.begun_at");
  std::vector<UserId> users;
  sql::Rows row = statement.query();
  while (row.next()) users.push_back({row.text(0)});
  return users;
}

void SqlPersonalDataChanges::begin_erasure(UserKey user, UnixTime now) {
  Statement(database_, "INSERT INTO erasures (user_key, begun_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
      .run(user, now.ms);
}

void SqlPersonalDataChanges::end_erasure(UserKey user) {
  Statement(database_, "DELETE FROM erasures WHERE user_key = ?1").run(user);
}

bool SqlPersonalDataChanges::forget_profile(UserKey user) {
  for (const std::string_view sql : {
           "UPDATE users SET name = '', first_name = '', last_name = '', avatar_url = '', role = '' "
           "WHERE user_key = ?1",
           "DELETE FROM device_places WHERE user_key = ?1",
           "DELETE FROM blocks WHERE blocker_key = ?1",
           "UPDATE members SET muted = 0, muted_until = NULL, archived = 0, pinned = 0 WHERE user_key = ?1",
           "DELETE FROM notification_types WHERE user_key = ?1",
           "DELETE FROM notification_users WHERE user_key = ?1",
           "DELETE FROM presences WHERE user_key = ?1",
           "DELETE FROM push_subscriptions WHERE user_key = ?1",
           "DELETE FROM sent_pushes WHERE user_key = ?1",
       }) {
    Statement(database_, sql).run(user);
  }
  on_change_();
  // Of these there may be many. What the log has told him alone keeps its place, and says no more.
  std::size_t changed = 0;
  for (const std::string_view text : {
           "DELETE FROM notifications WHERE notification_key IN "
           "(SELECT notification_key FROM notifications WHERE user_key = ?1 LIMIT ?2)",
           "DELETE FROM idempotent_requests WHERE user_key = ?1 AND idempotency_key IN "
           "(SELECT idempotency_key FROM idempotent_requests WHERE user_key = ?1 LIMIT ?2)",
           // A call is the other one's history as well: of it stay the two ids and the times.
           "DELETE FROM call_reports WHERE report_key IN (SELECT r.report_key FROM calls c JOIN call_reports r "
           "ON r.call_key = c.call_key AND r.side = 0 WHERE c.caller_key = ?1 UNION ALL SELECT r.report_key FROM calls "
           "c "
           "JOIN call_reports r ON r.call_key = c.call_key AND r.side = 1 WHERE c.callee_key = ?1 LIMIT ?2)",
           database_.either(
               "UPDATE log SET payload = json_object('id', json_extract(payload, '$.id')) WHERE position IN "
               "(SELECT position FROM log WHERE scope BETWEEN -(4 * ?1 + 3) AND -(4 * ?1 + 1) "
               "AND payload <> json_object('id', json_extract(payload, '$.id')) LIMIT ?2)",
               "UPDATE log SET payload = CAST(json_build_object('id', CAST(payload AS json) -> 'id') AS text) "
               "WHERE position IN (SELECT position FROM log WHERE scope BETWEEN -(4 * ?1 + 3) AND -(4 * ?1 + 1) "
               "AND payload <> CAST(json_build_object('id', CAST(payload AS json) -> 'id') AS text) LIMIT ?2)"),
       }) {
    Statement statement(database_, std::string(text) + " RETURNING 1");
    sql::Rows row = statement.query(user, rows_at_once);
    while (row.next()) ++changed;
  }
  return changed >= rows_at_once;
}

std::optional<ConversationKey> SqlPersonalDataChanges::forget_names(UserKey user, ConversationKey after,
                                                                    std::size_t conversations_max) {
  std::vector<ConversationKey> conversations;
  {
    Statement statement(database_,
                        "SELECT conversation_key FROM members WHERE user_key = ?1 AND conversation_key > ?2 "
                        "UNION SELECT conversation_key FROM past_members WHERE user_key = ?1 AND conversation_key > ?2 "
                        "ORDER BY 1 LIMIT ?3");
    sql::Rows row = statement.query(user, after, conversations_max);
    while (row.next()) conversations.push_back(row.as<ConversationKey>(0));
  }
  Statement forget(
      database_,
      database_.either("UPDATE log SET payload = json_set(payload, '$.conversation.members', "
                       "(SELECT json_group_array(json(iif(json_extract(m.value, '$.userId') = "
                       "(SELECT user_id FROM users WHERE user_key = ?2), json_remove(m.value, '$.name', "
                       "'$.avatarUrl'), m.value))) FROM json_each(payload, '$.conversation.members') m)) "
                       "WHERE position = (SELECT min(position) FROM log WHERE scope = ?1) AND type = ?3",
                       "UPDATE log SET payload = CAST(jsonb_set(CAST(payload AS jsonb), '{conversation,members}', "
                       "(SELECT coalesce(jsonb_agg(CASE WHEN m.value ->> 'userId' = "
                       "(SELECT user_id FROM users WHERE user_key = ?2) THEN m.value - 'name' - 'avatarUrl' ELSE "
                       "m.value END), '[]') FROM jsonb_array_elements(CAST(payload AS jsonb) -> 'conversation' -> "
                       "'members') m)) AS text) "
                       "WHERE position = (SELECT min(position) FROM log WHERE scope = ?1) AND type = ?3"));
  for (const ConversationKey conversation : conversations) {
    forget.run(conversation, user, LogType::conversation_created);
  }
  if (conversations.size() < conversations_max) return std::nullopt;
  return conversations.back();
}

void SqlPersonalDataChanges::forget_sender(const Message& tombstone) {
  Statement(database_,
            "UPDATE log SET payload = ?2 WHERE position = (SELECT position FROM messages WHERE message_id = ?1)")
      .run(tombstone.id.value, message_payload(tombstone));
}

} // namespace mentara::storage
