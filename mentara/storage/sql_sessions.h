#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "mentara/storage/sql_transaction.h"
#include "mentara/storage/worker.h"

// The connections of the worker threads. What the database or the rules throw becomes an answer here and nowhere else.
namespace mentara::storage {

struct EndOfLog {
  // constant once the writer is open
  std::string epoch;
  std::string writer;                       // see SqlTransaction::writer()
  std::atomic<Position> position{0};        // the last that is known to be committed; any thread
  std::atomic<bool> others_are_told{false}; // see Store; any thread
  std::atomic<bool> stopping{false};        // nobody waits any more for what cannot be known at the moment; any thread

  void advance(Position end) {
    Position known = position.load(std::memory_order_relaxed);
    while (known < end && !position.compare_exchange_weak(known, end, std::memory_order_release)) {
    }
  }
};

class SqlWriteSession final : public WriteSession {
 public:
  // The schema is up to date. Keeps `end_of_log` up to date. Throws sql::Error.
  SqlWriteSession(std::unique_ptr<sql::Database> database, EndOfLog& end_of_log,
                  const WallClock& clock = system_wall_clock());

  bool begin() override;
  Ran run(WriteUnit& unit) override;
  Committed commit() override;
  void rollback() override;

 private:
  Committed settle();

  std::unique_ptr<sql::Database> database_;
  SqlTransaction transaction_;
  EndOfLog& end_of_log_;
};

class SqlReadSession final : public ReadSession {
 public:
  explicit SqlReadSession(std::unique_ptr<sql::Database> database); // throws sql::Error

  void run(ReadUnit& unit) override;

 private:
  void end();

  std::unique_ptr<sql::Database> database_;
  SqlSnapshot snapshot_;
  sql::Statement begin_, end_;
};

} // namespace mentara::storage
