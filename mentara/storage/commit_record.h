#pragma once

#include <cstdint>
#include <string>

#include "mentara/domain/time.h"
#include "mentara/storage/keys.h"
#include "mentara/storage/sql.h"

namespace mentara::storage {

// How a writer finds out what became of a commit whose answer was lost with the connection (threats F7): each of its
// transactions leaves its number in the writer's own row. A transaction's id would do as well, but not after a
// failover, when another server may have given the same id to somebody else. Throws sql::Error.
class CommitRecord {
 public:
  CommitRecord(sql::Database& database, const WallClock& clock);

  const std::string& writer() const { return writer_; }

  // Last in a transaction. `position`: where the log ends with it; 0: it added nothing. `announce`: to whoever listens.
  void keep(Position position, bool announce);
  // In a later transaction: whether the last one that was kept took effect.
  bool is_kept();

 private:
  const WallClock& clock_;
  const std::string writer_;
  std::int64_t number_ = 0;
  sql::Statement keep_, find_, announce_;
};

} // namespace mentara::storage
