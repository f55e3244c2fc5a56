#include "mentara/storage/group_commit.h"

#include "mentara/storage/failures.h"
#include "wire/base/log.h"

namespace mentara::storage {

void GroupCommit::run(Units units) {
  if (run_as_one(units) || units.size() == 1) return;
  for (std::size_t i = 0; i < units.size(); ++i) run_as_one(units.subspan(i, 1));
}

// False: a unit has spoiled the transaction, nothing is kept. What a failed begin or commit answers is final.
bool GroupCommit::run_as_one(Units units) {
  if (!healthy_ || !session_.begin()) {
    fail(units);
    return true;
  }
  for (const auto& unit : units) {
    if (session_.run(*unit) == WriteSession::Ran::spoiled) {
      session_.rollback();
      return false;
    }
  }
  const auto committed = session_.commit();
  if (committed == WriteSession::Committed::yes) return true;
  session_.rollback();
  if (committed == WriteSession::Committed::broken) {
    healthy_ = false;
    wire::log(wire::LogLevel::error, "the disk failed during a commit; nothing is stored until a restart");
  }
  fail(units);
  return true;
}

void GroupCommit::fail(Units units) {
  for (const auto& unit : units) unit->fail(database_failed());
}

} // namespace mentara::storage
