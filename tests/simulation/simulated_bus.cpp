#include "tests/simulation/simulated_bus.h"

#include <algorithm>
#include <utility>

namespace mentara::simulation {

std::unique_ptr<SimulatedPubSub> SimulatedBus::connect(std::size_t node, Run run) {
  return std::make_unique<SimulatedPubSub>(*this, node, std::move(run));
}

void SimulatedBus::cut(std::size_t node) {
  cut_.insert(node);
  for (SimulatedPubSub* const one : connected_) {
    if (one->node_ == node) one->lose();
  }
}

void SimulatedBus::heal(std::size_t node) {
  if (cut_.erase(node) == 0) return;
  for (SimulatedPubSub* const one : connected_) {
    if (one->node_ == node && one->started_) one->connect();
  }
}

void SimulatedBus::forget(std::size_t node) {
  for (SimulatedPubSub* const one : connected_) {
    if (one->node_ == node) one->ready_ = one->started_ = false;
  }
}

void SimulatedBus::publish(SimulatedPubSub& from, std::string_view channel, std::string_view bytes) {
  const std::string carried = forge ? forge(channel, bytes) : std::string(bytes);
  for (SimulatedPubSub* const to : connected_) {
    if (!to->ready_ || !to->listens(channel)) continue;
    const bool is_own = to == &from;
    if (!is_own && dice_.chance(faults_.dropped)) continue;
    const int times = !is_own && dice_.chance(faults_.doubled) ? 2 : 1;
    for (int i = 0; i < times; ++i) deliver(*to, std::string(channel), carried);
  }
}

void SimulatedBus::deliver(SimulatedPubSub& to, const std::string& channel, const std::string& bytes) {
  TimePoint when =
      time_.now() + dice_.between(std::chrono::microseconds(200), milliseconds(2)) + dice_.between({}, faults_.slow);
  if (!dice_.chance(faults_.reordered)) when = to.last_arrival_ = std::max(when, to.last_arrival_);
  time_.at(when, [&to, alive = std::weak_ptr<bool>(to.alive_), connection = to.connection_, channel, bytes] {
    if (alive.expired()) return;
    to.run([&to, connection, channel, bytes] {
      if (to.connection_ == connection && to.ready_) to.handler_.on_message(channel, bytes);
    });
  });
}

SimulatedPubSub::SimulatedPubSub(SimulatedBus& bus, std::size_t node, SimulatedBus::Run run)
    : bus_(bus), node_(node), run_(std::move(run)) {
  bus_.connected_.push_back(this);
}

SimulatedPubSub::~SimulatedPubSub() { std::erase(bus_.connected_, this); }

void SimulatedPubSub::run(Scheduler::Task task) {
  run_([alive = std::weak_ptr<bool>(alive_), task = std::move(task)]() mutable {
    if (!alive.expired()) task();
  });
}

void SimulatedPubSub::start(Handler handler) {
  handler_ = std::move(handler);
  started_ = true;
  connect();
}

void SimulatedPubSub::connect() {
  bus_.time_.after(bus_.dice_.between(milliseconds(1), milliseconds(60)),
                   [this, alive = std::weak_ptr<bool>(alive_), connection = ++connection_] {
                     if (alive.expired()) return;
                     run([this, connection] {
                       if (connection != connection_ || bus_.cut_.contains(node_)) return;
                       ready_ = true;
                       handler_.on_ready();
                     });
                   });
}

void SimulatedPubSub::lose() {
  ++connection_;
  if (!ready_) return;
  ready_ = false;
  run([this] { handler_.on_lost(); });
}

bool SimulatedPubSub::publish(std::string_view channel, std::string_view bytes) {
  if (!ready_) return false;
  bus_.publish(*this, channel, bytes);
  return true;
}

void SimulatedPubSub::count_subscribers(std::string_view channel,
                                        wire::UniqueFunction<void(std::optional<std::size_t>)> done) {
  std::optional<std::size_t> count;
  if (ready_) {
    count = 0;
    for (const SimulatedPubSub* const one : bus_.connected_) {
      if (one->ready_ && one->listens(channel)) ++*count;
    }
  }
  run([done = std::move(done), count]() mutable { done(count); });
}

bool SimulatedPubSub::listens(std::string_view channel) const {
  return channels_.contains(std::string(channel)) ||
         std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const auto& prefix) { return channel.starts_with(prefix); });
}

} // namespace mentara::simulation
