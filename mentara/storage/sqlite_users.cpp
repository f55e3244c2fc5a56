#include "mentara/storage/sqlite_users.h"

#include "mentara/storage/sqlite_columns.h"

namespace mentara::storage {

SqliteUsers::SqliteUsers(sqlite::Database& database)
    : find_(database, "SELECT u.user_key, " USER_COLUMNS " FROM users u WHERE u.user_id = ?1"),
      insert_(database, "INSERT INTO users (user_id) VALUES (?1) RETURNING user_key"),
      // What a token leaves out is kept, and nothing is written when nothing is new: ten thousand users who reconnect
      // at once cost no commit.
      learn_(database,
             "INSERT INTO users (user_id, name, first_name, last_name, avatar_url, role) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_id) DO UPDATE SET "
             "name = coalesce(nullif(excluded.name, ''), name), "
             "first_name = coalesce(nullif(excluded.first_name, ''), first_name), "
             "last_name = coalesce(nullif(excluded.last_name, ''), last_name), "
             "avatar_url = coalesce(nullif(excluded.avatar_url, ''), avatar_url), "
             "role = coalesce(nullif(excluded.role, ''), role) "
             "WHERE excluded.name NOT IN ('', name) OR excluded.first_name NOT IN ('', first_name) OR "
             "excluded.last_name NOT IN ('', last_name) OR excluded.avatar_url NOT IN ('', avatar_url) OR "
             "excluded.role NOT IN ('', role)") {}

UserKey SqliteUsers::ensure(User& user) {
  {
    sqlite::Rows row = find_.query(user.id.value);
    if (row.next()) {
      user = read_user(row, 1);
      return row.as<UserKey>(0);
    }
  }
  sqlite::Rows row = insert_.query(user.id.value);
  row.next();
  return row.as<UserKey>(0);
}

void SqliteUsers::learn(const User& user) {
  learn_.run(user.id.value, user.name, user.first_name, user.last_name, user.avatar_url, user.role);
}

} // namespace mentara::storage
