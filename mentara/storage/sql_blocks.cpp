#include "mentara/storage/sql_blocks.h"

#include <utility>

namespace mentara::storage {

SqlBlocks::SqlBlocks(sql::Database& database)
    : between_(database,
               "SELECT 1 FROM users a, users b WHERE a.user_id = ?1 AND b.user_id = ?2 AND ("
               "EXISTS (SELECT 1 FROM blocks WHERE blocker_key = a.user_key AND blocked_key = b.user_key) OR "
               "EXISTS (SELECT 1 FROM blocks WHERE blocker_key = b.user_key AND blocked_key = a.user_key))"),
      among_members_(database,
                     "SELECT u.user_id FROM members m JOIN users u ON u.user_key = m.user_key "
                     "WHERE m.conversation_key = ?1 AND ("
                     "EXISTS (SELECT 1 FROM blocks WHERE blocker_key = ?2 AND blocked_key = m.user_key) OR "
                     "EXISTS (SELECT 1 FROM blocks WHERE blocker_key = m.user_key AND blocked_key = ?2))") {}

bool SqlBlocks::between(const UserId& one, const UserId& other) {
  return between_.query(one.value, other.value).next();
}

std::vector<UserId> SqlBlocks::among_members(const Membership& member) {
  std::vector<UserId> users;
  sql::Rows row = among_members_.query(member.conversation_key, member.user_key);
  while (row.next()) users.push_back({row.text(0)});
  return users;
}

SqlBlockChanges::SqlBlockChanges(sql::Database& database, SqlUsers& users, wire::UniqueFunction<void()> on_change)
    : users_(users),
      on_change_(std::move(on_change)),
      add_(database,
           "INSERT INTO blocks (blocker_key, blocked_key, reason, created_at) VALUES (?1, ?2, ?3, ?4) "
           "ON CONFLICT (blocker_key, blocked_key) DO UPDATE SET reason = excluded.reason"),
      remove_(database,
              "DELETE FROM blocks WHERE blocker_key = (SELECT user_key FROM users WHERE user_id = ?1) "
              "AND blocked_key = (SELECT user_key FROM users WHERE user_id = ?2)"),
      count_(database,
             "SELECT count(*) FROM blocks WHERE blocker_key = (SELECT user_key FROM users WHERE user_id = ?1)") {}

void SqlBlockChanges::add(const UserId& blocker, const UserId& blocked, const std::string& reason, UnixTime at) {
  User one{blocker}, other{blocked};
  const UserKey blocker_key = users_.ensure(one);
  add_.run(blocker_key, users_.ensure(other), reason, at.ms);
  on_change_();
}

void SqlBlockChanges::remove(const UserId& blocker, const UserId& blocked) {
  remove_.run(blocker.value, blocked.value);
  on_change_();
}

std::size_t SqlBlockChanges::count(const UserId& blocker) {
  sql::Rows row = count_.query(blocker.value);
  row.next();
  return static_cast<std::size_t>(row.integer(0));
}

} // namespace mentara::storage
