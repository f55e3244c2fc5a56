#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "mentara/storage/sqlite_transaction.h"
#include "mentara/storage/worker.h"

// The connections of the worker threads. What the database or the rules throw becomes an answer here and nowhere else.
namespace mentara::storage {

struct EndOfLog {
  std::string epoch;                 // constant once the writer is open
  std::atomic<Position> position{0}; // the last that is committed; any thread
};

class SqliteWriteSession final : public WriteSession {
 public:
  // The schema is up to date. Keeps `end_of_log` up to date. Throws sqlite::Error.
  SqliteWriteSession(std::unique_ptr<sqlite::Database> database, EndOfLog& end_of_log,
                     const WallClock& clock = system_wall_clock());

  bool begin() override;
  Ran run(WriteUnit& unit) override;
  Committed commit() override;
  void rollback() override;

 private:
  std::unique_ptr<sqlite::Database> database_;
  SqliteTransaction transaction_;
  EndOfLog& end_of_log_;
};

class SqliteReadSession final : public ReadSession {
 public:
  explicit SqliteReadSession(std::unique_ptr<sqlite::Database> database); // throws sqlite::Error

  void run(ReadUnit& unit) override;

 private:
  std::unique_ptr<sqlite::Database> database_;
  SqliteSnapshot snapshot_;
  sqlite::Statement begin_, end_;
};

} // namespace mentara::storage
