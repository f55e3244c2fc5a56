#include "tests/simulation/simulated_node.h"

#include <algorithm>
#include <utility>

#include "mentara/application/node_logic.h"
#include "mentara/application/node_options.h"
#include "mentara/application/redis_node_bus.h"
#include "tests/simulation/simulated_link.h"
#include "wire/cluster/local_bus.h"
#include "wire/cluster/redis_adapter.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::simulation {

namespace {

constexpr Duration poll_interval = limits::log_poll_interval;
constexpr wire::UnsentLimits small_buffers{.bytes_soft = 6 * 1024, .bytes_hard = 48 * 1024};

} // namespace

// As wire::cluster::Node and Application join them, for one loop without a port.
struct SimulatedNode::Process {
  explicit Process(TimePoint now) : loop(0, small_buffers, now) {}

  IdSequence ids;
  wire::net::Loop loop;
  wire::cluster::LocalBus local;
  std::unique_ptr<wire::cluster::RedisAdapter> adapter;
  std::optional<wire::cluster::LocalPort> port;
  std::optional<wire::sio::Server> server;
  std::optional<RedisNodeBus> bus;
  std::optional<NodeLogic> logic;
  std::vector<std::shared_ptr<Link>> links;
};

SimulatedNode::SimulatedNode(Site& site, std::size_t number)
    : site_(site), number_(number), name_("node-" + std::to_string(number)), clock_(site.time) {}

SimulatedNode::~SimulatedNode() { kill(); }

void SimulatedNode::start() {
  if (process_) return;
  site_.history.add(name_, "starts");
  ++incarnation_;
  dies_ = Dies::no;
  process_ = std::make_unique<Process>(site_.time.now());
  Process& process = *process_;
  const IdSequence::Use ids(process.ids);
  const auto run = [this](Scheduler::Task task) { post(std::move(task)); };

  auth::RateLimiter handshakes({1e6, 1e6});
  wire::sio::ServerOptions options = node_options(site_.config, handshakes).server;
  options.recovery_store = std::make_shared<wire::sio::RecoveryStore>();
  process.adapter = std::make_unique<wire::cluster::RedisAdapter>(process.loop, process.local,
                                                                  site_.bus.connect(number_, run), "mentara");
  process.port.emplace(process.local, process.adapter.get(), &process.loop);
  process.server.emplace(process.loop, options, &*process.port);
  process.port->set_own(*process.server);
  process.local.add(*process.server);
  process.bus.emplace(*process.adapter, name_);

  NodeLogic::Outside outside{.clock = clock_,
                             .servers = {&*process.server},
                             .nodes = &*process.bus,
                             .shared_database = true,
                             .open_store = {}};
  outside.open_store = [this](Post, std::function<void(storage::Position)> on_growth) {
    SimulatedStore::Outside around{site_.time,
                                   site_.dice,
                                   site_.database,
                                   clock_,
                                   site_.store_faults,
                                   {},
                                   [this] {
                                     if (committed) committed();
                                   },
                                   {},
                                   site_.swallow_commit};
    around.run = [this, of = incarnation_](Scheduler::Task task) {
      if (!process_ || of != incarnation_) return;
      if (frozen_) return frozen_tasks_.push_back(std::move(task));
      const IdSequence::Use ids_of_process(process_->ids); // rules make some within a transaction
      task();
    };
    around.dies = [this](bool behind) { return dies_now(behind); };
    auto store = std::make_unique<SimulatedStore>(
        around, name_ + "." + std::to_string(incarnation_), [this](Scheduler::Task task) { post(std::move(task)); },
        std::move(on_growth));
    store->set_reachable(reachable_);
    store_ = store.get();
    return store;
  };
  process.logic.emplace(site_.config, std::move(outside));
  store_->begin();
  process.adapter->start(*process.server);
  look_at_log();
  wake();
}

void SimulatedNode::kill() {
  if (!process_) return;
  site_.history.add(name_, "dies");
  is_ending_ = true;
  turn_at_.reset();
  ++turn_number_;
  frozen_ = false;
  frozen_tasks_.clear();
  site_.bus.forget(number_);
  for (const auto& link : process_->links) link->on_process_died();
  process_->links.clear();
  store_ = nullptr;
  process_.reset();
  is_ending_ = false;
}

void SimulatedNode::freeze() {
  if (!process_ || frozen_) return;
  site_.history.add(name_, "freezes");
  frozen_ = true;
}

void SimulatedNode::thaw() {
  if (!frozen_) return;
  site_.history.add(name_, "goes on");
  frozen_ = false;
  {
    const IdSequence::Use ids(process_->ids);
    for (Scheduler::Task& task : std::exchange(frozen_tasks_, {})) task();
  }
  wake();
}

bool SimulatedNode::dies_now(bool behind) {
  if (dies_ == Dies::no || (dies_ == Dies::behind) != behind) return false;
  dies_ = Dies::no;
  site_.history.add(name_, behind ? "is killed right behind a commit" : "is killed right before a commit");
  site_.time.after({}, [this, of = incarnation_] {
    if (of == incarnation_) kill();
  });
  return true;
}

void SimulatedNode::set_database_reachable(bool reachable) {
  reachable_ = reachable;
  if (store_) store_->set_reachable(reachable);
}

void SimulatedNode::on_commit_elsewhere() {
  if (!store_ || site_.dice.chance(site_.store_faults.notice_lost)) return;
  site_.time.after(site_.dice.between(std::chrono::microseconds(300), milliseconds(8)), [this, of = incarnation_] {
    if (of == incarnation_ && store_ && !frozen_) store_->look();
  });
}

void SimulatedNode::look_at_log() {
  site_.time.after(poll_interval, [this, of = incarnation_] {
    if (of != incarnation_ || !process_) return;
    if (!frozen_) store_->look();
    look_at_log();
  });
}

wire::sio::Server& SimulatedNode::server() { return *process_->server; }
void SimulatedNode::add(std::shared_ptr<Link> link) { process_->links.push_back(std::move(link)); }
void SimulatedNode::remove(const Link& link) {
  std::erase_if(process_->links, [&](const auto& one) { return one.get() == &link; });
}

void SimulatedNode::post(Scheduler::Task task) {
  if (!process_ || is_ending_) return;
  process_->loop.post(std::move(task));
  wake();
}

void SimulatedNode::wake() {
  if (!frozen_)
    wake_at(site_.time.now() + site_.dice.between(std::chrono::microseconds(1), std::chrono::microseconds(300)));
}

void SimulatedNode::wake_at(TimePoint when) {
  if (turn_at_ && *turn_at_ <= when) return;
  turn_at_ = when;
  site_.time.at(when, [this, number = ++turn_number_] {
    if (number == turn_number_) turn();
  });
}

void SimulatedNode::turn() {
  turn_at_.reset();
  if (!process_ || frozen_) return;
  const IdSequence::Use ids(process_->ids);
  whose_turn = name_.c_str();
  process_->loop.turn_at(site_.time.now());
  whose_turn = nullptr;
  if (!process_) return;
  if (const auto next = process_->loop.next_turn()) {
    wake_at(std::max(*next, site_.time.now() + std::chrono::microseconds(20)));
  }
}

} // namespace mentara::simulation
