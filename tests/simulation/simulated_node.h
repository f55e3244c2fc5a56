#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mentara/config/config.h"
#include "mentara/domain/id.h"
#include "mentara/domain/time.h"
#include "tests/simulation/history.h"
#include "tests/simulation/shared_database.h"
#include "tests/simulation/simulated_bus.h"
#include "tests/simulation/simulated_store.h"
#include "wire/sio/server.h"

namespace mentara::simulation {

class Link;

// Wall time as a machine has it: more or less wrong, and set right or wrong now and then.
class SkewedClock final : public WallClock {
 public:
  static constexpr std::int64_t begin_ms = 1'700'000'000'000;

  explicit SkewedClock(const Scheduler& time) : time_(time) {}
  UnixTime now() const override {
    return {begin_ms + skew_ms +
            std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - Scheduler::begin).count()};
  }
  std::int64_t skew_ms = 0;

 private:
  const Scheduler& time_;
};

// What all nodes stand in.
struct Site {
  Scheduler& time;
  Dice& dice;
  History& history;
  const Config& config;
  SharedDatabase& database;
  SimulatedBus& bus;
  const StoreFaults& store_faults;
  std::function<bool(const std::string& process)> swallow_commit = {};
};

// One machine of the site. Its process runs the real node logic, and may be killed, started, frozen and let go on.
class SimulatedNode {
 public:
  SimulatedNode(Site& site, std::size_t number);
  ~SimulatedNode();
  SimulatedNode(const SimulatedNode&) = delete;
  SimulatedNode& operator=(const SimulatedNode&) = delete;

  void start();
  void kill(); // as kill -9 does: what is in memory is gone
  void freeze();
  void thaw();
  void kill_at_next_commit(bool behind) { dies_ = behind ? Dies::behind : Dies::before; }
  bool runs() const { return process_ != nullptr; }
  bool frozen() const { return frozen_; }
  void set_database_reachable(bool reachable);
  void on_commit_elsewhere();

  std::size_t number() const { return number_; }
  const std::string& name() const { return name_; }
  std::uint64_t incarnation() const { return incarnation_; }
  SkewedClock& clock() { return clock_; }
  Site& site() { return site_; }

  // On the process's loop, in a turn of it; lost when it dies before.
  void post(Scheduler::Task task);
  wire::sio::Server& server();
  void add(std::shared_ptr<Link> link);
  void remove(const Link& link);

  std::function<void()> committed; // something is new in the log, for the others

 private:
  struct Process;
  enum class Dies { no, before, behind };

  void wake();
  void wake_at(TimePoint when);
  void turn();
  void look_at_log();
  bool dies_now(bool behind);

  Site& site_;
  const std::size_t number_;
  const std::string name_;
  SkewedClock clock_;
  std::unique_ptr<Process> process_;
  SimulatedStore* store_ = nullptr; // of the process
  std::vector<Scheduler::Task> frozen_tasks_;
  bool frozen_ = false, reachable_ = true, is_ending_ = false;
  Dies dies_ = Dies::no;
  std::uint64_t incarnation_ = 0;
  std::optional<TimePoint> turn_at_;
  std::uint64_t turn_number_ = 0;
};

} // namespace mentara::simulation
