#pragma once

#include <functional>
#include <thread>

namespace wire {

// From now on SIGTERM, SIGINT and SIGHUP wait until a Signals takes them. Call it before any thread is made: threads
// inherit it.
void block_signals();

// Takes these signals as long as it lives, on a thread of its own, where anything may be done. The first SIGTERM or
// SIGINT calls `stop`, the second one ends the process at once, for whoever will not wait. Each SIGHUP calls `reload`;
// without one it means to stop too.
class Signals {
 public:
  struct Handlers {
    std::function<void()> stop;
    std::function<void()> reload = {};
  };
  explicit Signals(Handlers handlers);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void wait();

  const Handlers handlers_;
  int finished_ = -1; // an eventfd, written by the destructor
  int signals_ = -1;  // a signalfd
  std::thread thread_;
};

} // namespace wire
