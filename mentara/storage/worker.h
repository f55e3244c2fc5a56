#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "mentara/limits.h"
#include "mentara/storage/group_commit.h"
#include "mentara/storage/store_figures.h"
#include "mentara/storage/unit.h"
#include "mentara/storage/work_queue.h"

namespace mentara::storage {

// The threads on which databases block. A unit that finds no room is answered `unavailable`, through `post` like every
// other answer. At their end both do what still waits, then stop.

// One thread, one connection, everything that waits in one transaction.
class WriteWorker {
 public:
  WriteWorker(std::unique_ptr<WriteSession> session, Post& post, std::size_t queue_max = limits::write_queue_max,
              std::size_t group_max = limits::group_commit_max);
  ~WriteWorker();
  WriteWorker(const WriteWorker&) = delete;
  WriteWorker& operator=(const WriteWorker&) = delete;

  void submit(std::unique_ptr<WriteUnit> unit, Turn turn = Turn::first); // any thread
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  std::size_t queued() const { return queue_.size(); }  // any thread
  GroupSizes groups() const { return groups_.sizes(); } // likewise

 private:
  void run();

  // constant after construction
  Post& post_;
  const std::size_t group_max_;
  // any thread
  WorkQueue<std::unique_ptr<WriteUnit>> queue_;
  std::atomic<bool> healthy_ = true;
  GroupCounter groups_;
  // the thread's
  std::unique_ptr<WriteSession> session_;
  std::thread thread_;
};

// What a reader needs of a connection; used by one thread. Runs the unit on one snapshot and sees to its answer.
class ReadSession {
 public:
  virtual ~ReadSession() = default;
  virtual void run(ReadUnit& unit) = 0;
};

// A thread for each connection, one queue for all.
class ReadWorker {
 public:
  ReadWorker(std::vector<std::unique_ptr<ReadSession>> sessions, Post& post,
             std::size_t queue_max = limits::read_queue_max);
  ~ReadWorker();
  ReadWorker(const ReadWorker&) = delete;
  ReadWorker& operator=(const ReadWorker&) = delete;

  void submit(std::unique_ptr<ReadUnit> unit);         // any thread
  std::size_t queued() const { return queue_.size(); } // likewise

 private:
  void run(ReadSession& session);

  // constant after construction
  Post& post_;
  std::vector<std::unique_ptr<ReadSession>> sessions_;
  // any thread
  WorkQueue<std::unique_ptr<ReadUnit>> queue_;
  std::vector<std::thread> threads_;
};

} // namespace mentara::storage
