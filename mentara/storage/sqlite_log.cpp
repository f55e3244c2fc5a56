#include "mentara/storage/sqlite_log.h"

namespace mentara::storage {

SqliteLog::SqliteLog(sqlite::Database& database, const WallClock& clock)
    : clock_(clock),
      append_(database, "INSERT INTO log (position, scope, type, payload, at) VALUES (?1, ?2, ?3, ?4, ?5)"),
      set_last_position_(database, "UPDATE log_state SET last_position = ?1") {
  sqlite::Statement state(database, "SELECT epoch, last_position FROM log_state");
  sqlite::Rows row = state.query();
  if (!row.next()) throw sqlite::Error(sqlite::ErrorKind::not_a_database, "the log has lost its state");
  epoch_ = row.text(0);
  position_ = committed_position_ = row.integer(1);
}

Position SqliteLog::append(ConversationKey scope, LogType type, std::string_view payload) {
  append_.run(++position_, scope, type, payload, now_.ms);
  return position_;
}

Position SqliteLog::append(UserKey user, Channel channel, LogType type, std::string_view payload) {
  static_assert(static_cast<int>(Channel::VIDEO_CALLS) < 4);
  append_.run(++position_, -(4 * static_cast<std::int64_t>(user) + static_cast<std::int64_t>(channel)), type, payload,
              now_.ms);
  return position_;
}

void SqliteLog::keep_position() {
  if (position_ != committed_position_) set_last_position_.run(position_);
}

} // namespace mentara::storage
