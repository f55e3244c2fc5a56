#include "tests/simulation/simulated_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mentara/storage/failures.h"

namespace mentara::simulation {

using storage::ReadUnit;
using storage::WriteUnit;

namespace {

constexpr Duration quick_least = std::chrono::microseconds(200), quick_most = milliseconds(4);

} // namespace

SimulatedStore::SimulatedStore(Outside outside, std::string process, Post post,
                               std::function<void(storage::Position)> on_growth)
    : outside_(std::move(outside)),
      process_(std::move(process)),
      post_(std::move(post)),
      on_growth_(std::move(on_growth)),
      writes_(limits::write_queue_max) {
  Connection::Faults faults;
  faults.on_append = [this] {
    const bool conflicts = faults_left_ > 0 && outside_.dice.chance(outside_.faults.conflict);
    faults_left_ -= conflicts ? 1 : 0;
    return conflicts ? Connection::Fault::conflict : Connection::Fault::none;
  };
  faults.on_commit = [this] { return fault_of_commit(); };
  outside_.database.connected(process_);
  writer_ = std::make_unique<storage::SqlWriteSession>(
      std::make_unique<Connection>(outside_.database, process_, std::move(faults)), end_, outside_.clock);
  reader_ = std::make_unique<storage::SqlReadSession>(
      std::make_unique<Connection>(outside_.database, process_, Connection::Faults{}));
  group_commit_.emplace(*writer_);
  end_of_others_.emplace(outside_.database.sqlite(),
                         "SELECT last_position, (SELECT coalesce(max(position), 0) FROM writers WHERE writer <> ?1) "
                         "FROM log_state");
  told_ = end_.position.load();
}

SimulatedStore::~SimulatedStore() { outside_.database.disconnected(process_); }

void SimulatedStore::after(Duration delay, Scheduler::Task task) {
  outside_.time.after(delay, [this, alive = std::weak_ptr<bool>(alive_), task = std::move(task)]() mutable {
    if (alive.expired()) return;
    outside_.run([alive, task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  });
}

Duration SimulatedStore::latency() {
  return outside_.dice.between(quick_least, quick_most) + outside_.dice.between({}, outside_.faults.slow);
}

template <class Context>
void SimulatedStore::refuse(std::unique_ptr<storage::Unit<Context>> unit) {
  unit->fail(storage::database_failed());
  post_([unit = std::move(unit)] { unit->done(); });
}

void SimulatedStore::submit(std::unique_ptr<WriteUnit> unit, storage::Turn turn) {
  if (!reachable_ || !writes_.push(unit, turn)) return refuse(std::move(unit));
  begin_commit();
}

void SimulatedStore::begin_commit() {
  if (committing_ || writes_.size() == 0) return;
  committing_ = true;
  after(latency(), [this] { commit(); });
}

// In one moment, as the lock on the log makes it look; the answers take their time.
void SimulatedStore::commit() {
  if (outside_.dies(false)) return;
  std::vector<std::unique_ptr<WriteUnit>> group;
  writes_.take(group, limits::group_commit_max, limits::group_commit_beside);
  const storage::Position before = end_.position.load();
  faults_left_ = 2;
  if (!reachable_) {
    for (const auto& unit : group) unit->fail(storage::database_failed());
  } else {
    group_commit_->run(group);
  }
  if (end_.position.load() != before) outside_.committed();
  if (outside_.dies(true)) return; // it is done, and nobody hears of it
  after(latency(), [this, group = std::make_shared<decltype(group)>(std::move(group))] {
    post_([group] {
      for (const auto& unit : *group) unit->done();
    });
    committing_ = false;
    begin_commit();
  });
}

Connection::Fault SimulatedStore::fault_of_commit() {
  if (outside_.swallow_commit && outside_.swallow_commit(process_)) {
    // A lie: nothing is kept, and nobody is told.
    outside_.database.sqlite().execute("ROLLBACK; BEGIN IMMEDIATE");
    return Connection::Fault::none;
  }
  if (faults_left_ <= 0) return Connection::Fault::none;
  const StoreFaults& faults = outside_.faults;
  Connection::Fault fault = Connection::Fault::none;
  if (outside_.dice.chance(faults.conflict)) fault = Connection::Fault::conflict;
  if (outside_.dice.chance(faults.lost_before)) fault = Connection::Fault::lost_before;
  if (outside_.dice.chance(faults.lost_behind)) fault = Connection::Fault::lost_behind;
  if (fault != Connection::Fault::none) --faults_left_;
  return fault;
}

void SimulatedStore::submit(std::unique_ptr<ReadUnit> unit) {
  if (!begun_) { // somebody waits for it
    reader_->run(*unit);
    unit->done();
    return;
  }
  if (!reachable_) return refuse(std::move(unit));
  after(latency(), [this, unit = std::make_shared<std::unique_ptr<ReadUnit>>(std::move(unit))] {
    if (!reachable_) return refuse(std::move(*unit));
    reader_->run(**unit);
    after(latency(), [this, unit] { post_([unit] { (*unit)->done(); }); });
  });
}

void SimulatedStore::look() {
  if (!reachable_) return;
  storage::Position by_others = 0;
  {
    storage::sql::Rows row = end_of_others_->query(end_.writer);
    if (!row.next()) return;
    end_.advance(row.integer(0));
    by_others = row.integer(1);
  }
  if (by_others <= told_) return;
  told_ = by_others;
  post_([tell = on_growth_, by_others] { tell(by_others); });
}

} // namespace mentara::simulation
