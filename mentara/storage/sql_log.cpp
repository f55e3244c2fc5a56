#include "mentara/storage/sql_log.h"

#include <utility>

#include "wire/base/hash.h"

namespace mentara::storage {

std::optional<std::int64_t> origin_number(std::string_view socket_id) {
  if (socket_id.empty()) return std::nullopt;
  return static_cast<std::int64_t>(wire::seeded_hash(socket_id));
}

SqlLog::SqlLog(sql::Database& database, const WallClock& clock)
    : clock_(clock),
      append_(database, "INSERT INTO log (position, scope, type, payload, at, origin) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      set_last_position_(database, "UPDATE log_state SET last_position = ?1") {
  sql::Statement state(database, "SELECT epoch, last_position FROM log_state");
  sql::Rows row = state.query();
  if (!row.next()) throw sql::Error(sql::ErrorKind::not_a_database, "the log has lost its state");
  epoch_ = row.text(0);
  position_ = began_position_ = committed_position_ = row.integer(1);
  if (database.shared()) {
    // SQLite's lock is held from BEGIN IMMEDIATE on.
    lock_.emplace(database, std::string("SELECT epoch, last_position, members_changes FROM log_state") +
                                database.either("", " FOR UPDATE"));
  }
}

bool SqlLog::begin() {
  now_ = clock_.now();
  bool members_changed = false;
  if (lock_) {
    sql::Rows row = lock_->query();
    if (!row.next()) throw sql::Error(sql::ErrorKind::not_a_database, "the log has lost its state");
    if (row.text_view(0) != epoch_) {
      throw sql::Error(sql::ErrorKind::other,
                       "the log is another one than at the start (was a backup restored?): restart");
    }
    members_changed = std::exchange(members_changes_, row.integer(2)) != row.integer(2);
    position_ = committed_position_ = row.integer(1);
  }
  began_position_ = position_;
  return members_changed;
}

Position SqlLog::append(ConversationKey scope, LogType type, std::string_view payload) {
  append_.run(++position_, scope, type, payload, now_.ms, origin_);
  return position_;
}

Position SqlLog::append(UserKey user, Channel channel, LogType type, std::string_view payload) {
  static_assert(static_cast<int>(Channel::VIDEO_CALLS) < 4);
  append_.run(++position_, -(4 * static_cast<std::int64_t>(user) + static_cast<std::int64_t>(channel)), type, payload,
              now_.ms, origin_);
  return position_;
}

void SqlLog::keep_position() {
  if (moved()) set_last_position_.run(position_);
}

} // namespace mentara::storage
