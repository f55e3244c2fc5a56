#include "bench/load/runner.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "bench/load/fleet.h"
#include "bench/load/mode.h"

namespace load {
namespace {

Duration to_duration(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}
double to_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

class Run {
 public:
  explicit Run(const Options& options) : options_(options), mode_(make_mode(options)), fleet_(options, *mode_) {
    if (options.server_pid != 0) server_.emplace(options.server_pid);
  }

  Report measure() {
    const std::size_t held = mode_->connections_held();
    if (server_ && held > 0) {
      report_.connections_held = held;
      report_.memory_before = server_->memory();
    }
    open_all(held);
    if (server_ && held > 0 && options_.kind != Kind::idle) report_.memory_opened = server_->memory();

    mode_->start(fleet_);
    const bool idle = options_.kind == Kind::idle;
    if (!idle) drive("warming up", options_.warmup_s);
    measure_window(idle ? "waiting" : "measuring");
    if (server_ && idle) report_.memory_opened = server_->memory();
    return report_;
  }

 private:
  void open_all(std::size_t count) {
    const TimePoint begin = Clock::now();
    const TimePoint deadline = begin + to_duration(options_.open_timeout_s);
    std::size_t opened = 0;
    while (fleet_.connected() < count) {
      while (opened < count && opened - fleet_.connected() < options_.opening_max) fleet_.open(opened++);
      fleet_.run_turn(deadline);
      if (Clock::now() > deadline) {
        throw std::runtime_error("only " + std::to_string(fleet_.connected()) + " of " + std::to_string(count) +
                                 " connections were open in time (--open-timeout)");
      }
    }
    if (count > 0) say("%zu connections open after %.2f s\n", count, to_seconds(Clock::now() - begin));
  }

  void measure_window(const char* what) {
    mode_->tally().clear();
    const Duration server_cpu = server_ ? server_->cpu() : Duration{};
    const Duration generator_cpu = own_cpu();
    const TimePoint begin = Clock::now();
    drive(what, options_.measure_s);
    report_.seconds = to_seconds(Clock::now() - begin);
    report_.generator_cpu_s = to_seconds(own_cpu() - generator_cpu);
    if (server_) report_.server_cpu_s = to_seconds(server_->cpu() - server_cpu);

    const Tally& tally = mode_->tally();
    report_.operations = tally.operations;
    report_.failures = tally.failures;
    report_.first_failure = mode_->first_failure();
    report_.events = tally.events;
    report_.latency_ns = tally.latency_ns;
    if (options_.kind != Kind::idle && tally.operations + tally.failures == 0) {
      throw std::runtime_error("no operation was finished in " + std::to_string(options_.measure_s) +
                               " s: does the server know this event and namespace?");
    }
  }

  void drive(const char* what, double for_seconds) {
    const TimePoint end = Clock::now() + to_duration(for_seconds);
    TimePoint next_word = Clock::now();
    std::uint64_t counted = mode_->tally().operations;
    say("%s for %g s", what, for_seconds);
    while (Clock::now() < end) {
      fleet_.run_turn(std::min(end, mode_->on_turn(Clock::now())));
      if (fleet_.now() < next_word + wire::seconds(1)) continue;
      next_word = fleet_.now();
      if (options_.kind == Kind::idle) continue;
      say(" … %llu", static_cast<unsigned long long>(mode_->tally().operations - counted));
      counted = mode_->tally().operations;
    }
    say("\n");
  }

  template <class... Args>
  void say(const char* format, Args... args) const {
    if (options_.quiet) return;
    if constexpr (sizeof...(args) == 0) {
      std::fputs(format, stderr);
    } else {
      std::fprintf(stderr, format, args...);
    }
  }

  const Options& options_;
  const std::unique_ptr<Mode> mode_;
  Fleet fleet_;
  std::optional<ServerProcess> server_;
  Report report_;
};

} // namespace

Report run(const Options& options) { return Run(options).measure(); }

} // namespace load
