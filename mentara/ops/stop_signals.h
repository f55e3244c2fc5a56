#pragma once

#include <functional>
#include <thread>

namespace mentara::ops {

// From now on SIGTERM and SIGINT wait until a StopSignals takes them. Call it before any thread is made: threads
// inherit it.
void block_stop_signals();

// Takes SIGTERM and SIGINT as long as it lives: the first one calls `stop` on a thread of its own, where anything may
// be done; the second one ends the process at once, for whoever will not wait.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void wait();

  std::function<void()> stop_;
  int finished_ = -1; // an eventfd, written by the destructor
  int signals_ = -1;  // a signalfd
  std::thread thread_;
};

} // namespace mentara::ops
