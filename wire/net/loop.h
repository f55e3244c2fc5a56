#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "wire/base/pressure.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"
#include "wire/net/timing_wheel.h"

namespace wire::net {

class WritePool;

// What wants to act once at the end of the current turn of its loop, e.g. to write what has gathered.
class TurnEnd {
 public:
  virtual void on_turn_end() = 0;

 protected:
  ~TurnEnd() = default;
  bool turn_end_scheduled() const { return scheduled_; }

 private:
  friend class Loop;
  bool scheduled_ = false;
};

// One thread's event loop. Everything that is built on a loop belongs to its thread: post() and stop() alone may be
// called from others.
//
// A *turn* is: wait for events, handle those that are ready, fire due timers, then the turn's end, where each
// connection writes once what was queued for it.
class Loop {
 public:
  // `now`: when it begins, in the time that run() or turn_at() goes on with.
  explicit Loop(int index = 0, const UnsentLimits& unsent = {}, TimePoint now = Clock::now());
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();  // until stop()
  void stop(); // any thread; what was posted before still runs
  // Instead of run(), for a loop whose time is not the machine's: one turn at this moment, without waiting, and when
  // the next one has something to do. None: not before something is posted.
  void turn_at(TimePoint now);
  std::optional<TimePoint> next_turn() const;
  void post(UniqueFunction<void()> task); // any thread; in order for one poster

  int index() const { return index_; }
  const UnsentLimits& unsent_limits() const { return unsent_limits_; } // of each of its connections
  TimePoint now() const { return now_; }                               // of this turn
  // For whatever the reactor calls: the first event of a turn ended a wait, so the time from before it is old.
  void begin_event() {
    if (!std::exchange(turn_begun_, true)) now_ = Clock::now();
  }
  TimingWheel& timers() { return timers_; }
  void at_turn_end(std::shared_ptr<TurnEnd> hook); // kept until it ran; at most once a turn

  // Where every connection of this loop reads into: what lies there is gone with the next read.
  std::span<char> read_buffer() { return {read_buffer_.data(), read_buffer_.size()}; }
  // Where they decrypt into; longer than what one read can hold.
  std::span<char> decrypted_buffer();
  WritePool& write_pool() { return *write_pool_; }
  std::size_t unsent_bytes() const; // of all its connections; what is shared counts for each

  struct Native; // the Asio context (net/native.h)
  Native& native() { return *native_; }

 private:
  void run_posted();
  void end_turn();

  // constant after construction
  const int index_;
  const UnsentLimits unsent_limits_;
  const std::unique_ptr<WritePool> write_pool_; // outlives the connections that wait in native_
  const std::unique_ptr<Native> native_;

  // owned by the loop's thread
  TimePoint now_;
  bool turn_begun_ = false;
  TimingWheel timers_;
  std::vector<char> read_buffer_;
  std::vector<char> decrypted_buffer_; // empty until it is needed
  std::vector<std::shared_ptr<TurnEnd>> ending_, ending_now_;

  // any thread, under the lock
  struct Posted;
  const std::unique_ptr<Posted> posted_;
};

// A timer with a callback of its own. Destroying it cancels it.
class Timer final : private WheelTimer {
 public:
  Timer(Loop& loop, UniqueFunction<void()> on_expiry) : loop_(loop), on_expiry_(std::move(on_expiry)) {}

  void arm(Duration delay) { loop_.timers().arm(*this, loop_.now() + delay); }
  using WheelTimer::armed;
  using WheelTimer::cancel;

 private:
  void on_timer(TimePoint) override { on_expiry_(); }

  Loop& loop_;
  UniqueFunction<void()> on_expiry_;
};

} // namespace wire::net
