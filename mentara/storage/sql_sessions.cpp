#include "mentara/storage/sql_sessions.h"

#include <chrono>
#include <exception>
#include <thread>
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

// How long to wait before asking again for a database that is away; it decides itself how often it is really asked.
constexpr std::chrono::milliseconds settle_pause{20};

enum class Verdict { accepted, refused, threw, lost };

bool is_nobodys_fault(const sql::Error& error) {
  return error.kind == sql::ErrorKind::lost || error.kind == sql::ErrorKind::conflict;
}

template <class Context>
Verdict run_guarded(Unit<Context>& unit, Context& context) {
  try {
    return unit.run(context) ? Verdict::accepted : Verdict::refused;
  } catch (const sql::Error& error) {
    log_error("the database failed", error.what());
    unit.fail(database_failed());
    if (is_nobodys_fault(error)) return Verdict::lost;
  } catch (const std::exception& error) {
    log_error("a rule failed", error.what());
    unit.fail(rules_failed());
  }
  return Verdict::threw;
}

// Those of PostgreSQL are made anew with each connection: postgres.cpp.
std::unique_ptr<sql::Database> with_sqlite(const char* settings, std::unique_ptr<sql::Database> database) {
  if (database->dialect() == sql::Dialect::sqlite) database->execute(settings);
  return database;
}

} // namespace

SqlWriteSession::SqlWriteSession(std::unique_ptr<sql::Database> database, EndOfLog& end_of_log, const WallClock& clock)
    : database_(with_sqlite(writer_settings, std::move(database))),
      transaction_(*database_, clock),
      end_of_log_(end_of_log) {
  end_of_log_.epoch = transaction_.epoch();
  end_of_log_.writer = transaction_.writer();
  end_of_log_.advance(transaction_.committed_position());
}

bool SqlWriteSession::begin() {
  for (bool again : {true, false}) {
    try {
      database_->ready();
      transaction_.begin();
      return true;
    } catch (const sql::Error& error) {
      // A connection that ended while nobody used it is noticed only now.
      if (again && is_nobodys_fault(error)) {
        rollback();
        continue;
      }
      log_error("the database refused to begin a transaction", error.what());
    }
  }
  rollback();
  return false;
}

WriteSession::Ran SqlWriteSession::run(WriteUnit& unit) {
  const std::int64_t changes_before = database_->changes_total();
  transaction_.set_origin(unit.origin());
  switch (run_guarded<Transaction>(unit, transaction_)) {
    case Verdict::accepted:
      return Ran::kept;
    case Verdict::refused:
      return database_->changes_total() == changes_before ? Ran::kept : Ran::spoiled;
    case Verdict::lost:
      return Ran::lost;
    case Verdict::threw:
      break;
  }
  return Ran::spoiled;
}

WriteSession::Committed SqlWriteSession::commit() {
  try {
    transaction_.commit(!end_of_log_.others_are_told.load(std::memory_order_relaxed));
    end_of_log_.advance(transaction_.committed_position());
    return Committed::yes;
  } catch (const sql::Error& error) {
    log_error("a commit failed", error.what());
    if (error.kind == sql::ErrorKind::lost) return settle();
    if (error.kind == sql::ErrorKind::conflict) return Committed::lost;
    if (database_->dialect() == sql::Dialect::postgres) return Committed::spoiled; // it says so of what ran before
    const bool is_broken = error.kind == sql::ErrorKind::io || error.kind == sql::ErrorKind::not_a_database;
    return is_broken ? Committed::broken : Committed::no;
  }
}

// The connection ended before the answer to the commit came (threats F7): asks until it is known what became of it.
WriteSession::Committed SqlWriteSession::settle() {
  while (!end_of_log_.stopping.load(std::memory_order_relaxed)) {
    rollback();
    try {
      database_->ready();
      const bool committed = transaction_.was_committed();
      wire::log(wire::LogLevel::warn, "the fate of a commit is known",
                {{"committed", committed ? "yes" : "no, it is done again"}});
      if (!committed) return Committed::lost;
      end_of_log_.advance(transaction_.lost_position());
      return Committed::yes;
    } catch (const sql::Error&) {
      std::this_thread::sleep_for(settle_pause);
    }
  }
  log_error("stopping while it is unknown what became of a commit", "the database cannot be reached");
  return Committed::no;
}

void SqlWriteSession::rollback() {
  try {
    transaction_.rollback();
  } catch (const sql::Error& error) {
    log_error("a rollback failed", error.what());
  }
}

SqlReadSession::SqlReadSession(std::unique_ptr<sql::Database> database)
    : database_(with_sqlite(reader_settings, std::move(database))),
      snapshot_(*database_),
      begin_(*database_, database_->either("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")),
      end_(*database_, "COMMIT") {}

void SqlReadSession::run(ReadUnit& unit) {
  for (bool again : {true, false}) {
    try {
      database_->ready();
      begin_.run();
      const Verdict verdict = run_guarded<Snapshot>(unit, snapshot_);
      if (verdict == Verdict::lost && again) {
        end();
        continue;
      }
    } catch (const sql::Error& error) {
      log_error("the database refused to begin a snapshot", error.what());
      unit.fail(database_failed());
    }
    return end();
  }
}

// A snapshot that is kept keeps SQLite's WAL from shrinking.
void SqlReadSession::end() {
  try {
    if (database_->in_transaction()) end_.run();
  } catch (const sql::Error& error) {
    log_error("the database refused to end a snapshot", error.what());
  }
}

} // namespace mentara::storage
