#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/load/fleet.h"
#include "bench/load/histogram.h"
#include "bench/load/options.h"

namespace load {

// What was counted since the last clear().
struct Tally {
  std::uint64_t operations = 0;
  std::uint64_t failures = 0; // operations whose outcome was not the expected one; not among `operations`
  std::uint64_t events = 0;   // that arrived and were not the end of an operation
  Histogram latency_ns;

  void clear() { *this = Tally{}; }
  void done(Duration latency) {
    ++operations;
    latency_ns.record(static_cast<std::uint64_t>(std::chrono::nanoseconds(latency).count()));
  }
};

// One kind of load. The runner opens `connections_held()` connections, calls start() once, and drives the fleet.
class Mode : public Fleet::Events {
 public:
  virtual std::size_t connections_held() const = 0;
  virtual void start(Fleet& fleet) = 0;
  // Before each turn; when it wants the next one at the latest.
  virtual TimePoint on_turn(TimePoint /*now*/) { return TimePoint::max(); }

  Tally& tally() { return tally_; }
  const std::string& first_failure() const { return first_failure_; }

 protected:
  void failed(std::string_view what) {
    ++tally_.failures;
    if (first_failure_.empty()) first_failure_ = what;
  }
  Tally tally_;

 private:
  std::string first_failure_;
};

std::unique_ptr<Mode> make_mode(const Options& options);

} // namespace load
