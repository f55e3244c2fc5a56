#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mentara/storage/group_commit.h"
#include "mentara/storage/sql_sessions.h"
#include "mentara/storage/store.h"
#include "tests/simulation/scheduler.h"
#include "tests/simulation/shared_database.h"

namespace mentara::simulation {

// What may go wrong with a store.
struct StoreFaults {
  double conflict = 0, lost_before = 0, lost_behind = 0; // of commits
  double notice_lost = 0;                                // of what a commit announces to the other nodes
  Duration slow{};                                       // at most, of each commit and read
};

// A node's store: the real rules, transactions and group commit over the shared database, where writing and reading
// take simulated time. Its process may be frozen, and then its threads are.
class SimulatedStore final : public storage::Store {
 public:
  struct Outside {
    Scheduler& time;
    Dice& dice;
    SharedDatabase& database;
    const WallClock& clock;
    const StoreFaults& faults;
    std::function<void(Scheduler::Task)> run;               // as the process does: not while it is frozen
    std::function<void()> committed;                        // for the stores of the other nodes
    std::function<bool(bool behind)> dies;                  // does the process, right before or behind a commit?
    std::function<bool(const std::string&)> swallow_commit; // for the tests of the checks
  };

  SimulatedStore(Outside outside, std::string process, Post post, std::function<void(storage::Position)> on_growth);
  ~SimulatedStore() override;

  Cursor end_of_log() const override { return {end_.epoch, end_.position.load()}; }
  bool healthy() const override { return reachable_; }
  storage::StoreFigures figures() const override { return {}; }

  void set_reachable(bool reachable) { reachable_ = reachable; } // the database, from this node
  void begin() { begun_ = true; }                                // from here on, reading takes time
  void look();                                                   // how far others have written

 private:
  void submit(std::unique_ptr<storage::WriteUnit> unit, storage::Turn turn) override;
  void submit(std::unique_ptr<storage::ReadUnit> unit) override;
  const std::string& epoch() const override { return end_.epoch; }

  void after(Duration delay, Scheduler::Task task); // unless the store is gone by then
  Duration latency();
  void begin_commit();
  void commit();
  template <class Context>
  void refuse(std::unique_ptr<storage::Unit<Context>> unit);
  Connection::Fault fault_of_commit();

  const Outside outside_;
  const std::string process_;
  Post post_;
  const std::function<void(storage::Position)> on_growth_;
  storage::EndOfLog end_;
  std::unique_ptr<storage::SqlWriteSession> writer_;
  std::unique_ptr<storage::SqlReadSession> reader_;
  std::optional<storage::GroupCommit> group_commit_;
  std::optional<storage::sql::Statement> end_of_others_;
  storage::WorkQueue<std::unique_ptr<storage::WriteUnit>> writes_;
  storage::Position told_ = 0;
  bool committing_ = false, reachable_ = true, begun_ = false;
  int faults_left_ = 0; // in one group, so that each is committed at last
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace mentara::simulation
