#include "mentara/storage/log_watch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/base/log.h"

namespace mentara::storage {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds nap{100}; // how long a stop may take

} // namespace

LogWatch::LogWatch(postgres::Options options, milliseconds interval, EndOfLog& end_of_log, Post& post,
                   std::function<void(Position)> on_growth)
    : options_(std::move(options)),
      interval_(interval),
      end_of_log_(end_of_log),
      post_(post),
      on_growth_(std::move(on_growth)),
      told_(end_of_log.position.load(std::memory_order_acquire)),
      thread_([this] { run(); }) {}

LogWatch::~LogWatch() {
  stopping_.store(true, std::memory_order_relaxed);
  thread_.join();
}

void LogWatch::run() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    try {
      postgres::Database database(options_);
      database.execute("LISTEN mentara_log");
      sql::Statement end(database,
                         "SELECT last_position, (SELECT coalesce(max(position), 0) FROM writers WHERE writer <> ?1) "
                         "FROM log_state");
      if (!reachable_.exchange(true)) wire::log(wire::LogLevel::info, "PostgreSQL can be reached again");
      while (!stopping_.load(std::memory_order_relaxed)) look(database, end);
    } catch (const sql::Error& error) {
      if (stopping_.load(std::memory_order_relaxed)) return;
      if (reachable_.exchange(false)) {
        wire::log(wire::LogLevel::error, "PostgreSQL cannot be reached", {{"error", error.what()}});
      }
      std::this_thread::sleep_for(nap);
    }
  }
}

void LogWatch::look(postgres::Database& database, sql::Statement& end) {
  {
    sql::Rows row = end.query(end_of_log_.writer);
    if (!row.next()) throw sql::Error(sql::ErrorKind::not_a_database, "the log has lost its state");
    end_of_log_.advance(row.integer(0));
    const Position by_others = row.integer(1);
    if (by_others > told_ && on_growth_) {
      post_([tell = on_growth_, by_others] { tell(by_others); });
    }
    told_ = std::max(told_, by_others);
  }
  const auto deadline = std::chrono::steady_clock::now() + interval_;
  while (!stopping_.load(std::memory_order_relaxed) && std::chrono::steady_clock::now() < deadline) {
    if (!database.announced(std::min(nap, interval_)).empty()) return;
  }
}

} // namespace mentara::storage
