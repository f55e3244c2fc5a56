#include "mentara/storage/sqlite_presences.h"

#include "mentara/storage/stored_number.h"

namespace mentara::storage {
namespace {

std::optional<UnixTime> time_or_none(const sqlite::Rows& row, int column) {
  if (row.null(column)) return std::nullopt;
  return UnixTime{row.integer(column)};
}

} // namespace

SqlitePresences::SqlitePresences(sqlite::Database& database)
    : find_(database,
            "SELECT p.status, p.text, p.until, p.last_seen_at FROM users u JOIN presences p ON p.user_key = u.user_key "
            "WHERE u.user_id = ?1"),
      may_see_(database,
               "SELECT 1 FROM users a CROSS JOIN users b CROSS JOIN members m ON m.user_key = a.user_key "
               "CROSS JOIN members o ON o.conversation_key = m.conversation_key AND o.user_key = b.user_key "
               "WHERE a.user_id = ?1 AND b.user_id = ?2 "
               "AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_key = a.user_key AND blocked_key = b.user_key) "
               "AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_key = b.user_key AND blocked_key = a.user_key) "
               "LIMIT 1") {}

StoredPresence SqlitePresences::find(const UserId& user) {
  sqlite::Rows row = find_.query(user.value);
  if (!row.next()) return {};
  return {{row.as<PresenceWish>(0), row.text(1), time_or_none(row, 2)}, time_or_none(row, 3)};
}

bool SqlitePresences::may_see(const UserId& viewer, const UserId& target) {
  return may_see_.query(viewer.value, target.value).next();
}

SqlitePresenceChanges::SqlitePresenceChanges(sqlite::Database& database, SqliteUsers& users)
    : users_(users),
      set_(database,
           "INSERT INTO presences (user_key, status, text, until) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
           "status = excluded.status, text = excluded.text, until = excluded.until"),
      set_seen_(database,
                "INSERT INTO presences (user_key, status, text, last_seen_at) VALUES (?1, 0, '', ?2) "
                "ON CONFLICT DO UPDATE SET last_seen_at = max(coalesce(last_seen_at, 0), excluded.last_seen_at)") {}

void SqlitePresenceChanges::set(const UserId& user, const PresenceSettings& settings) {
  User known{user};
  const auto until = settings.until ? std::optional(settings.until->ms) : std::nullopt;
  set_.run(users_.ensure(known), stored_number(settings.status), settings.text, until);
}

void SqlitePresenceChanges::set_seen(const UserId& user, UnixTime at) {
  User known{user};
  set_seen_.run(users_.ensure(known), at.ms);
}

} // namespace mentara::storage
