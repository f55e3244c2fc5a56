#include "mentara/storage/sql_presences.h"

#include "mentara/storage/stored_number.h"

namespace mentara::storage {
namespace {

std::optional<UnixTime> time_or_none(const sql::Rows& row, int column) {
  if (row.null(column)) return std::nullopt;
  return UnixTime{row.integer(column)};
}

} // namespace

SqlPresences::SqlPresences(sql::Database& database)
    : find_(database,
            "SELECT p.status, p.text, p.until, p.last_seen_at FROM users u JOIN presences p ON p.user_key = u.user_key "
            "WHERE u.user_id = ?1"),
      may_see_(database,
               "SELECT 1 FROM users a CROSS JOIN users b CROSS JOIN members m CROSS JOIN members o "
               "WHERE m.user_key = a.user_key AND o.conversation_key = m.conversation_key AND o.user_key = b.user_key "
               "AND a.user_id = ?1 AND b.user_id = ?2 "
               "AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_key = a.user_key AND blocked_key = b.user_key) "
               "AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_key = b.user_key AND blocked_key = a.user_key) "
               "LIMIT 1") {}

StoredPresence SqlPresences::find(const UserId& user) {
  sql::Rows row = find_.query(user.value);
  if (!row.next()) return {};
  return {{row.as<PresenceWish>(0), row.text(1), time_or_none(row, 2)}, time_or_none(row, 3)};
}

bool SqlPresences::may_see(const UserId& viewer, const UserId& target) {
  return may_see_.query(viewer.value, target.value).next();
}

SqlPresenceChanges::SqlPresenceChanges(sql::Database& database, SqlUsers& users)
    : users_(users),
      set_(database,
           "INSERT INTO presences (user_key, status, text, until) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (user_key) DO "
           "UPDATE SET "
           "status = excluded.status, text = excluded.text, until = excluded.until"),
      set_seen_(database,
                "INSERT INTO presences (user_key, status, text, last_seen_at) VALUES (?1, 0, '', ?2) "
                "ON CONFLICT (user_key) DO UPDATE SET last_seen_at = max(coalesce(presences.last_seen_at, 0), "
                "excluded.last_seen_at)") {}

void SqlPresenceChanges::set(const UserId& user, const PresenceSettings& settings) {
  User known{user};
  const auto until = settings.until ? std::optional(settings.until->ms) : std::nullopt;
  set_.run(users_.ensure(known), stored_number(settings.status), settings.text, until);
}

void SqlPresenceChanges::set_seen(const UserId& user, UnixTime at) {
  User known{user};
  set_seen_.run(users_.ensure(known), at.ms);
}

} // namespace mentara::storage
