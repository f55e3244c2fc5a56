#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "mentara/limits.h"
#include "mentara/storage/data_directory.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

struct PostgresOptions {
  std::string url;         // postgres://user@host/database?sslmode=verify-full, or what else libpq takes
  std::size_t readers = 2; // threads with a connection each
  std::size_t write_queue_max = limits::write_queue_max;
  std::size_t read_queue_max = limits::read_queue_max;
  std::size_t group_commit_max = limits::group_commit_max;
  std::chrono::milliseconds statement_timeout = limits::statement_timeout;
  std::chrono::milliseconds poll_interval = limits::log_poll_interval; // of the log's end
  const WallClock* clock = &system_wall_clock();                       // any thread
  // On the home loop: another node has written up to here.
  std::function<void(Position)> on_growth{};
};

// A Store in a PostgreSQL database that any number of nodes share: one connection that writes, others that read, one
// that hears of what the other nodes write. A connection that is lost is made again when it is needed.
class PostgresStore final : public Store {
 public:
  // Connects, updates the schema, says in the log how durable a commit is. Throws OpenError. For `post` and the end see
  // SqliteStore.
  PostgresStore(const PostgresOptions& options, Post post);
  ~PostgresStore() override;

  Cursor end_of_log() const override;
  bool healthy() const override; // false while the database cannot be reached
  StoreFigures figures() const override;
  void others_are_told(bool told) override;

 private:
  struct Impl;

  void submit(std::unique_ptr<WriteUnit> unit, Turn turn) override;
  void submit(std::unique_ptr<ReadUnit> unit) override;
  const std::string& epoch() const override;

  std::unique_ptr<Impl> impl_;
};

// Without its password, for logs and people.
std::string shown_url(const std::string& url);

} // namespace mentara::storage
