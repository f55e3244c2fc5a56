#include "mentara/storage/sqlite_sessions.h"

#include <exception>
#include <utility>

#include "mentara/storage/failures.h"
#include "wire/base/log.h"

namespace mentara::storage {
namespace {

// FULL syncs the WAL at each commit. The cache must hold the pages that one group touches, or it spills (and syncs)
// before the commit; checkpoints are rare enough not to matter and frequent enough to keep the WAL small.
constexpr auto writer_settings =
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
    "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864";
constexpr auto reader_settings = "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY";

void log_error(const char* message, const char* what) { wire::log(wire::LogLevel::error, message, {{"error", what}}); }

enum class Verdict { accepted, refused, threw };

template <class Context>
Verdict run_guarded(Unit<Context>& unit, Context& context) {
  try {
    return unit.run(context) ? Verdict::accepted : Verdict::refused;
  } catch (const sqlite::Error& error) {
    log_error("the database failed", error.what());
    unit.fail(database_failed());
  } catch (const std::exception& error) {
    log_error("a rule failed", error.what());
    unit.fail(rules_failed());
  }
  return Verdict::threw;
}

std::unique_ptr<sqlite::Database> with(const char* settings, std::unique_ptr<sqlite::Database> database) {
  database->execute(settings);
  return database;
}

} // namespace

SqliteWriteSession::SqliteWriteSession(std::unique_ptr<sqlite::Database> database, EndOfLog& end_of_log,
                                       const WallClock& clock)
    : database_(with(writer_settings, std::move(database))), transaction_(*database_, clock), end_of_log_(end_of_log) {
  end_of_log_.epoch = transaction_.epoch();
  end_of_log_.position.store(transaction_.committed_position(), std::memory_order_release);
}

bool SqliteWriteSession::begin() {
  try {
    transaction_.begin();
    return true;
  } catch (const sqlite::Error& error) {
    log_error("the database refused to begin a transaction", error.what());
    return false;
  }
}

WriteSession::Ran SqliteWriteSession::run(WriteUnit& unit) {
  const std::int64_t changes_before = database_->changes_total();
  switch (run_guarded<Transaction>(unit, transaction_)) {
    case Verdict::accepted:
      return Ran::kept;
    case Verdict::refused:
      return database_->changes_total() == changes_before ? Ran::kept : Ran::spoiled;
    case Verdict::threw:
      break;
  }
  return Ran::spoiled;
}

WriteSession::Committed SqliteWriteSession::commit() {
  try {
    transaction_.commit();
    end_of_log_.position.store(transaction_.committed_position(), std::memory_order_release);
    return Committed::yes;
  } catch (const sqlite::Error& error) {
    log_error("a commit failed", error.what());
    const bool is_broken = error.kind == sqlite::ErrorKind::io || error.kind == sqlite::ErrorKind::not_a_database;
    return is_broken ? Committed::broken : Committed::no;
  }
}

void SqliteWriteSession::rollback() {
  try {
    transaction_.rollback();
  } catch (const sqlite::Error& error) {
    log_error("a rollback failed", error.what());
  }
}

SqliteReadSession::SqliteReadSession(std::unique_ptr<sqlite::Database> database)
    : database_(with(reader_settings, std::move(database))),
      snapshot_(*database_),
      begin_(*database_, "BEGIN"),
      end_(*database_, "END") {}

void SqliteReadSession::run(ReadUnit& unit) {
  try {
    begin_.run();
    run_guarded<Snapshot>(unit, snapshot_);
    end_.run(); // a snapshot that is kept keeps the WAL from shrinking
  } catch (const sqlite::Error& error) {
    log_error("the database refused to begin or end a snapshot", error.what());
    unit.fail(database_failed());
  }
}

} // namespace mentara::storage
