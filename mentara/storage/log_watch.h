#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "mentara/domain/callbacks.h"
#include "mentara/storage/postgres.h"
#include "mentara/storage/sql_sessions.h"

namespace mentara::storage {

// A thread with a connection of its own that knows where the log of a shared database ends: it is told of each commit,
// and asks now and then, since what is told may get lost. So it also knows whether the database can be reached.
class LogWatch {
 public:
  LogWatch(postgres::Options options, std::chrono::milliseconds interval, EndOfLog& end_of_log, Post& post,
           std::function<void(Position)> on_growth);
  ~LogWatch();
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

  bool reachable() const { return reachable_.load(std::memory_order_relaxed); } // any thread

 private:
  void run();
  void look(postgres::Database& database, sql::Statement& end);

  // constant after construction
  const postgres::Options options_;
  const std::chrono::milliseconds interval_;
  EndOfLog& end_of_log_;
  Post& post_;
  const std::function<void(Position)> on_growth_;
  // any thread
  std::atomic<bool> reachable_ = true;
  std::atomic<bool> stopping_ = false;
  // the thread's
  Position told_ = 0;
  std::thread thread_;
};

} // namespace mentara::storage
