#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "mentara/limits.h"
#include "mentara/storage/data_directory.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

struct SqliteOptions {
  std::string data_directory;
  std::size_t readers = 2; // threads with a connection each
  std::size_t write_queue_max = limits::write_queue_max;
  std::size_t read_queue_max = limits::read_queue_max;
  std::size_t group_commit_max = limits::group_commit_max;
  const WallClock* clock = &system_wall_clock(); // any thread
  std::chrono::milliseconds busy_timeout{5000};  // for the lock, which only a person with `sqlite3` can hold
};

// A Store in one file, DIR/mentara.db: WAL with synchronous=FULL, one connection that writes, others that read.
class SqliteStore final : public Store {
 public:
  // Opens it, makes it, updates its schema. Throws OpenError. `post` must take calls until the store is destroyed; what
  // was handed in before is stored, and its answers posted, before the destructor returns.
  SqliteStore(const SqliteOptions& options, Post post);
  ~SqliteStore() override;

  Cursor end_of_log() const override;
  bool healthy() const override;
  StoreFigures figures() const override;

 private:
  struct Impl;

  void submit(std::unique_ptr<WriteUnit> unit, Turn turn) override;
  void submit(std::unique_ptr<ReadUnit> unit) override;
  const std::string& epoch() const override;

  std::unique_ptr<Impl> impl_;
};

} // namespace mentara::storage
