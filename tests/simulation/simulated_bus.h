#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/scheduler.h"
#include "wire/cluster/pub_sub.h"

namespace mentara::simulation {

struct BusFaults {
  double dropped = 0, doubled = 0, reordered = 0;
  Duration slow{}; // at most, of each message
};

class SimulatedPubSub;

// What stands for Redis: brings what one process says to all that listen.
class SimulatedBus {
 public:
  using Run = std::function<void(Scheduler::Task)>; // on the process's loop

  SimulatedBus(Scheduler& time, Dice& dice, const BusFaults& faults) : time_(time), dice_(dice), faults_(faults) {}

  std::unique_ptr<SimulatedPubSub> connect(std::size_t node, Run run);
  // The node's connection ends, and cannot be made anew until it is healed.
  void cut(std::size_t node);
  void heal(std::size_t node);
  void forget(std::size_t node); // its process dies: it says no more

  // For the tests of the checks: changes what is carried.
  std::function<std::string(std::string_view channel, std::string_view bytes)> forge;

 private:
  friend class SimulatedPubSub;
  void publish(SimulatedPubSub& from, std::string_view channel, std::string_view bytes);
  void deliver(SimulatedPubSub& to, const std::string& channel, const std::string& bytes);

  Scheduler& time_;
  Dice& dice_;
  const BusFaults& faults_;
  std::vector<SimulatedPubSub*> connected_;
  std::set<std::size_t> cut_;
};

class SimulatedPubSub final : public wire::cluster::PubSub {
 public:
  SimulatedPubSub(SimulatedBus& bus, std::size_t node, SimulatedBus::Run run);
  ~SimulatedPubSub() override;

  void start(Handler handler) override;
  bool ready() const override { return ready_; }
  bool publish(std::string_view channel, std::string_view bytes) override;
  void subscribe(std::string channel) override { channels_.insert(std::move(channel)); }
  void subscribe_beginning(std::string_view prefix) override { prefixes_.insert(std::string(prefix)); }
  void count_subscribers(std::string_view channel,
                         wire::UniqueFunction<void(std::optional<std::size_t>)> done) override;

 private:
  friend class SimulatedBus;
  bool listens(std::string_view channel) const;
  void connect();
  void lose();
  void run(Scheduler::Task task); // unless it is gone by then

  SimulatedBus& bus_;
  const std::size_t node_;
  const SimulatedBus::Run run_;
  Handler handler_;
  bool started_ = false, ready_ = false;
  std::uint64_t connection_ = 0;
  TimePoint last_arrival_{};
  std::set<std::string> channels_, prefixes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace mentara::simulation
