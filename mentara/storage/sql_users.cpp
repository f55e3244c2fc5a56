#include "mentara/storage/sql_users.h"

#include "mentara/storage/sql_columns.h"

namespace mentara::storage {

SqlUsers::SqlUsers(sql::Database& database)
    : find_(database, "SELECT u.user_key, " USER_COLUMNS " FROM users u WHERE u.user_id = ?1"),
      insert_(database, "INSERT INTO users (user_id) VALUES (?1) RETURNING user_key"),
      // What a token leaves out is kept, and nothing is written when nothing is new: ten thousand users who reconnect
      // at once cost no commit.
      learn_(database,
             "INSERT INTO users (user_id, name, first_name, last_name, avatar_url, role) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_id) DO UPDATE SET "
             "name = coalesce(nullif(excluded.name, ''), users.name), "
             "first_name = coalesce(nullif(excluded.first_name, ''), users.first_name), "
             "last_name = coalesce(nullif(excluded.last_name, ''), users.last_name), "
             "avatar_url = coalesce(nullif(excluded.avatar_url, ''), users.avatar_url), "
             "role = coalesce(nullif(excluded.role, ''), users.role) "
             "WHERE excluded.name NOT IN ('', users.name) OR excluded.first_name NOT IN ('', users.first_name) OR "
             "excluded.last_name NOT IN ('', users.last_name) OR excluded.avatar_url NOT IN ('', users.avatar_url) OR "
             "excluded.role NOT IN ('', users.role)") {}

UserKey SqlUsers::ensure(User& user) {
  {
    sql::Rows row = find_.query(user.id.value);
    if (row.next()) {
      user = read_user(row, 1);
      return row.as<UserKey>(0);
    }
  }
  sql::Rows row = insert_.query(user.id.value);
  row.next();
  return row.as<UserKey>(0);
}

void SqlUsers::learn(const User& user) {
  learn_.run(user.id.value, user.name, user.first_name, user.last_name, user.avatar_url, user.role);
}

} // namespace mentara::storage
