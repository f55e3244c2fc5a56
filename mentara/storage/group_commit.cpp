#include "mentara/storage/group_commit.h"

#include "mentara/storage/failures.h"
#include "wire/base/log.h"

namespace mentara::storage {
namespace {

// How often a transaction is run that is lost through no fault of its own.
constexpr int attempts_max = 4;

} // namespace

void GroupCommit::run(Units units) {
  if (run_as_one(units) == Outcome::answered || units.size() == 1) return;
  for (std::size_t i = 0; i < units.size(); ++i) run_as_one(units.subspan(i, 1));
}

GroupCommit::Outcome GroupCommit::run_as_one(Units units) {
  for (int attempt = 1;; ++attempt) {
    const Outcome outcome = try_as_one(units);
    if (outcome != Outcome::lost) return outcome;
    if (attempt == attempts_max) break;
  }
  fail(units);
  return Outcome::answered;
}

GroupCommit::Outcome GroupCommit::try_as_one(Units units) {
  const wire::LogScope alone(units.size() == 1 ? units.front()->connection : 0);
  if (!healthy_ || !session_.begin()) {
    fail(units);
    return Outcome::answered;
  }
  for (const auto& unit : units) {
    const wire::LogScope scope(unit->connection);
    const auto ran = session_.run(*unit);
    if (ran == WriteSession::Ran::kept) continue;
    session_.rollback();
    return ran == WriteSession::Ran::lost ? Outcome::lost : Outcome::spoiled;
  }
  const auto committed = session_.commit();
  if (committed == WriteSession::Committed::yes) return Outcome::answered;
  session_.rollback();
  if (committed == WriteSession::Committed::lost) return Outcome::lost;
  if (committed == WriteSession::Committed::broken) {
    healthy_ = false;
    wire::log(wire::LogLevel::error, "the disk failed during a commit; nothing is stored until a restart");
  }
  fail(units); // for good, unless each is run again
  return committed == WriteSession::Committed::spoiled ? Outcome::spoiled : Outcome::answered;
}

void GroupCommit::fail(Units units) {
  for (const auto& unit : units) unit->fail(database_failed());
}

} // namespace mentara::storage
