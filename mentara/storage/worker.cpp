#include "mentara/storage/worker.h"

#include <exception>
#include <utility>

#include "mentara/storage/failures.h"
#include "wire/base/log.h"

namespace mentara::storage {
namespace {

// One asker's failure must not keep the others of the group from their answers.
template <class Context>
void answer(Unit<Context>& unit) {
  const wire::LogScope scope(unit.connection);
  try {
    unit.done();
  } catch (const std::exception& error) {
    wire::log(wire::LogLevel::error, "an answer from the store was not taken", {{"error", error.what()}});
  }
}

template <class Context>
void refuse(std::unique_ptr<Unit<Context>> unit, Post& post) {
  unit->fail(database_busy());
  post([unit = std::move(unit)] { answer(*unit); });
}

} // namespace

WriteWorker::WriteWorker(std::unique_ptr<WriteSession> session, Post& post, std::size_t queue_max,
                         std::size_t group_max)
    : post_(post), group_max_(group_max), queue_(queue_max), session_(std::move(session)), thread_([this] { run(); }) {}

WriteWorker::~WriteWorker() {
  queue_.close();
  thread_.join();
}

void WriteWorker::submit(std::unique_ptr<WriteUnit> unit, Turn turn) {
  if (!queue_.push(unit, turn)) refuse(std::move(unit), post_);
}

void WriteWorker::run() {
  GroupCommit commit(*session_);
  std::vector<std::unique_ptr<WriteUnit>> group;
  while (queue_.take(group, group_max_, limits::group_commit_beside)) {
    const std::size_t size = group.size();
    commit.run(group);
    groups_.count(size);
    healthy_.store(commit.healthy(), std::memory_order_relaxed);
    post_([done = std::move(group)] {
      for (const auto& unit : done) answer(*unit);
    });
  }
}

ReadWorker::ReadWorker(std::vector<std::unique_ptr<ReadSession>> sessions, Post& post, std::size_t queue_max)
    : post_(post), sessions_(std::move(sessions)), queue_(queue_max) {
  for (const auto& session : sessions_) {
    threads_.emplace_back([this, &connection = *session] { run(connection); });
  }
}

ReadWorker::~ReadWorker() {
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
}

void ReadWorker::submit(std::unique_ptr<ReadUnit> unit) {
  if (!queue_.push(unit)) refuse(std::move(unit), post_);
}

void ReadWorker::run(ReadSession& session) {
  std::vector<std::unique_ptr<ReadUnit>> taken;
  while (queue_.take(taken, 1)) {
    const wire::LogScope scope(taken.front()->connection);
    session.run(*taken.front());
    post_([unit = std::move(taken.front())] { answer(*unit); });
  }
}

} // namespace mentara::storage
