#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mentara/storage/log_payload.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

// The log as a writer sees it: rows get their positions here. Where others may write too, the row with the log's end is
// locked from a transaction's begin to its end, so that positions are dense and rise in commit order, and everything
// that a transaction reads is still so when it writes. Throws sql::Error.
class SqlLog {
 public:
  SqlLog(sql::Database& database, const WallClock& clock);

  Position append(ConversationKey scope, LogType type, std::string_view payload);
  // What concerns one user alone.
  Position append(UserKey user, Channel channel, LogType type, std::string_view payload);

  // Of what is appended from here on. See LogRow::origin.
  void set_origin(std::optional<std::int64_t> origin) { origin_ = origin; }

  const std::string& epoch() const { return epoch_; }
  Position position() const { return position_; } // of the transaction in progress
  Position committed_position() const { return committed_position_; }

  bool begin(); // true: since the one before, somebody became or ceased to be a member of a conversation
  bool moved() const { return position_ != began_position_; } // in the transaction in progress
  void keep_position();                                       // right before the transaction is committed
  void committed() { committed_position_ = position_; }
  void rolled_back() { position_ = committed_position_; }

 private:
  const WallClock& clock_;
  sql::Statement append_, set_last_position_;
  std::optional<sql::Statement> lock_; // none: nobody else writes
  std::string epoch_;
  Position committed_position_ = 0;
  std::int64_t members_changes_ = 0; // see the migration of that name
  Position began_position_ = 0;      // of the transaction in progress
  Position position_ = 0;
  UnixTime now_{}; // of the transaction in progress
  std::optional<std::int64_t> origin_{};
};

} // namespace mentara::storage
