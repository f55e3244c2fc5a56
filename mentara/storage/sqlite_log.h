#pragma once

#include <string>
#include <string_view>

#include "mentara/storage/log_payload.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

// The log as its one writer sees it: rows get their positions here. Throws sqlite::Error.
class SqliteLog {
 public:
  SqliteLog(sqlite::Database& database, const WallClock& clock);

  Position append(ConversationKey scope, LogType type, std::string_view payload);
  // What concerns one user alone.
  Position append(UserKey user, Channel channel, LogType type, std::string_view payload);

  const std::string& epoch() const { return epoch_; }
  Position position() const { return position_; } // of the transaction in progress
  Position committed_position() const { return committed_position_; }

  void begin() { now_ = clock_.now(); }
  void keep_position(); // right before the transaction is committed
  void committed() { committed_position_ = position_; }
  void rolled_back() { position_ = committed_position_; }

 private:
  const WallClock& clock_;
  sqlite::Statement append_, set_last_position_;
  std::string epoch_;
  Position committed_position_ = 0;
  Position position_ = 0;
  UnixTime now_{}; // of the transaction in progress
};

} // namespace mentara::storage
