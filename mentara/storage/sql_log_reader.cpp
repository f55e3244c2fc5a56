#include "mentara/storage/sql_log_reader.h"

namespace mentara::storage {
namespace {

using sql::Rows;

// Where the rows lie that a user hears in a channel: (scope, above, upto), as literals joined at compile time. ?1 is
// the user, ?2 the position above which he listens, ?3 the channel. A member hears what came after he joined, unless
// the conversation shows him everything; who left, also what came until then. CROSS JOIN keeps SQLite to the order that
// is written: a seek in log_by_scope for each scope.
#define OWN_SCOPE \
  "SELECT -(4 * u.user_key + ?3) AS scope, ?2 AS above, 9223372036854775807 AS upto FROM users u WHERE u.user_id = ?1"
#define ALL_SCOPES                                                                                     \
  OWN_SCOPE                                                                                            \
  " UNION ALL SELECT m.conversation_key, "                                                             \
  "CASE c.history_visibility WHEN 0 THEN max(m.joined_position, ?2) ELSE ?2 END, 9223372036854775807 " \
  "FROM users u CROSS JOIN members m CROSS JOIN conversations c "                                      \
  "WHERE m.user_key = u.user_key AND c.conversation_key = m.conversation_key AND u.user_id = ?1 "      \
  "UNION ALL SELECT p.conversation_key, max(p.joined_position, ?2), p.left_position "                  \
  "FROM users u CROSS JOIN past_members p "                                                            \
  "WHERE p.user_key = u.user_key AND p.left_position > ?2 AND u.user_id = ?1"

// From the index alone, but for the time of the first.
#define MISSED(scopes)                                                                             \
  "SELECT f.missed, (SELECT l.at FROM log l WHERE l.position = f.first) FROM "                     \
  "(SELECT count(*) AS missed, min(found.position) AS first FROM (SELECT l.position FROM (" scopes \
  ") s CROSS JOIN log l WHERE l.scope = s.scope "                                                  \
  "AND l.position > s.above AND l.position <= s.upto LIMIT ?4) found) f"

// The rows at some positions, of which ?4 at most.
#define PAGE(positions)                                                                                \
  "SELECT l.position, l.type, l.payload, c.conversation_id, x.seq, u.user_id, l.origin FROM "          \
  "(" positions                                                                                        \
  " LIMIT ?4) p CROSS JOIN log l "                                                                     \
  "LEFT JOIN messages x ON x.position = l.position LEFT JOIN conversations c ON c.conversation_key = " \
  "x.conversation_key LEFT JOIN users u ON u.user_key = x.sender_key "                                 \
  "WHERE l.position = p.position ORDER BY l.position"
// Up to ?5, from the index: a seek for each scope.
#define SOUGHT(scopes)                                                     \
  "SELECT DISTINCT i.position FROM (" scopes                               \
  ") s CROSS JOIN log i WHERE i.scope = s.scope AND i.position > s.above " \
  "AND i.position <= min(s.upto, ?5) ORDER BY i.position"
// The same of ALL_SCOPES, row by row.
#define WALKED                                                                                              \
  "SELECT i.position FROM users u CROSS JOIN log i "                                                        \
  "LEFT JOIN members m ON m.conversation_key = i.scope AND m.user_key = u.user_key "                        \
  "LEFT JOIN conversations c ON c.conversation_key = m.conversation_key "                                   \
  "WHERE u.user_id = ?1 AND i.position > ?2 AND i.position <= ?5 AND (i.scope = -(4 * u.user_key + ?3) "    \
  "OR (m.user_key IS NOT NULL AND (c.history_visibility <> 0 OR i.position > m.joined_position)) "          \
  "OR EXISTS (SELECT 1 FROM past_members p WHERE p.user_key = u.user_key AND p.conversation_key = i.scope " \
  "AND p.left_position >= i.position AND p.joined_position < i.position)) ORDER BY i.position"

// The positions up to ?5 are all sorted before the first `LIMIT` of them are known, so a page looks for its rows in a
// piece of the log that is likely to have that many, and only then in longer ones behind it. A piece with fewer rows
// than he has conversations is walked through: who has a thousand would be sought a thousand times for each page.
constexpr Position first_piece = 2; // times the rows of a page: when half of the log concerns the user
constexpr Position piece_growth = 8;

#define PLACE_KEY "user_key = (SELECT user_key FROM users WHERE user_id = ?1) AND channel = ?2"

} // namespace

SqlLogReader::SqlLogReader(sql::Database& database)
    : end_(database, "SELECT max(last_position, coalesce((SELECT max(position) FROM log), 0)) FROM log_state"),
      place_(database, "SELECT position, epoch = (SELECT epoch FROM log_state) FROM device_places WHERE " PLACE_KEY
                       " AND device_id = ?3"),
      furthest_(database, "SELECT coalesce(max(position), 0) FROM device_places WHERE " PLACE_KEY
                          " AND epoch = (SELECT epoch FROM log_state)"),
      missed_messaging_(database, MISSED(ALL_SCOPES)),
      missed_of_user_(database, MISSED(OWN_SCOPE)),
      has_more_scopes_(database,
                       "SELECT 1 FROM users u CROSS JOIN members m WHERE m.user_key = u.user_key AND u.user_id = ?1 "
                       "LIMIT 1 OFFSET ?2"),
      page_sought_(database, PAGE(SOUGHT(ALL_SCOPES))),
      page_walked_(database, PAGE(WALKED)),
      page_of_user_(database, PAGE(SOUGHT(OWN_SCOPE))),
      position_of_(database,
                   "SELECT m.position FROM conversations c CROSS JOIN messages m WHERE m.conversation_key = "
                   "c.conversation_key AND m.seq <= ?2 AND c.conversation_id = ?1 ORDER BY m.seq DESC LIMIT 1") {}

Position SqlLogReader::end_of_log() {
  Rows row = end_.query();
  row.next();
  return row.integer(0);
}

std::optional<DevicePlace> SqlLogReader::find_place(const Listener& listener) {
  Rows row = place_.query(listener.user_id.value, listener.channel, listener.device_id.value);
  if (!row.next()) return std::nullopt;
  return DevicePlace{row.integer(0), row.integer(1) != 0};
}

Position SqlLogReader::furthest_place(const Listener& listener) {
  Rows row = furthest_.query(listener.user_id.value, listener.channel);
  row.next();
  return row.integer(0);
}

Missed SqlLogReader::missed(const Listener& listener, Position after, std::size_t count_max) {
  Rows row = (listener.channel == Channel::MESSAGING ? missed_messaging_ : missed_of_user_)
                 .query(listener.user_id.value, after, listener.channel, count_max);
  row.next();
  return {static_cast<std::size_t>(row.integer(0)), {row.integer(1)}};
}

sql::Statement& SqlLogReader::page_in(const Listener& listener, Position piece) {
  if (listener.channel != Channel::MESSAGING) return page_of_user_;
  return has_more_scopes_.query(listener.user_id.value, piece).next() ? page_walked_ : page_sought_;
}

LogPage SqlLogReader::page(const Listener& listener, Position after, std::size_t rows_max, std::size_t bytes_max) {
  LogPage page;
  page.end = end_of_log();
  std::size_t bytes = 0;
  Position piece = first_piece * static_cast<Position>(rows_max);
  while (page.last && after < page.end) {
    const Position upto = piece < page.end - after ? after + piece : page.end;
    Rows row = page_in(listener, upto - after)
                   .query(listener.user_id.value, after, listener.channel, rows_max - page.rows.size(), upto);
    while (row.next()) {
      bytes += row.text_view(2).size();
      if (!page.rows.empty() && bytes > bytes_max) {
        page.last = false;
        break;
      }
      page.rows.push_back({row.integer(0),
                           row.as<LogType>(1),
                           row.text(2),
                           {row.text(3)},
                           row.integer(4),
                           {row.text(5)},
                           row.null(6) ? std::nullopt : std::optional(row.integer(6))});
    }
    if (page.rows.size() == rows_max) page.last = false;
    after = upto;
    piece *= piece_growth;
  }
  if (!page.last) page.end = page.rows.back().position;
  return page;
}

std::optional<Position> SqlLogReader::position_of(const Delivered& delivered) {
  Rows row = position_of_.query(delivered.conversation_id.value, delivered.seq);
  if (!row.next()) return std::nullopt;
  return row.integer(0);
}

} // namespace mentara::storage
