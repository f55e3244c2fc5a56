#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "wire/base/time.h"

namespace wire::net {

class TimingWheel;

// What waits on a wheel. Embed or inherit it: arming and cancelling allocate nothing. Destroying it cancels it.
class WheelTimer {
 public:
  WheelTimer() = default;
  WheelTimer(const WheelTimer&) = delete;
  WheelTimer& operator=(const WheelTimer&) = delete;

  bool armed() const { return next_ != nullptr; }
  void cancel();

 protected:
  ~WheelTimer() { cancel(); }
  virtual void on_timer(TimePoint now) = 0; // the timer is no longer armed; it may be armed again, or destroyed

 private:
  friend class TimingWheel;
  WheelTimer* previous_ = nullptr;
  WheelTimer* next_ = nullptr;
  std::uint64_t tick_ = 0;
};

// Thousands of timeouts, most of which never fire: arming, moving and cancelling cost a few instructions (Varghese and
// Lauck's hashed wheel). A timer never fires early; it fires up to one tick late. Pure: time is an argument.
class TimingWheel {
 public:
  static constexpr Duration tick = milliseconds(4);

  explicit TimingWheel(TimePoint origin);
  ~TimingWheel();
  TimingWheel(const TimingWheel&) = delete;
  TimingWheel& operator=(const TimingWheel&) = delete;

  void arm(WheelTimer& timer, TimePoint deadline); // moves it when it is armed already
  void advance(TimePoint now);                     // fires what is due
  // When advance() should be called next; none when nothing is armed. May be early for timers more than a revolution
  // away.
  std::optional<TimePoint> next_wake() const;
  std::size_t armed_count() const; // by counting: for figures

 private:
  static constexpr std::size_t slot_count = 4096; // 16 seconds a revolution

  struct List final : WheelTimer { // a circular list's head
    List();
    ~List();
    void on_timer(TimePoint) override {}
  };
  static void link(List& list, WheelTimer& timer);
  bool empty(std::size_t slot) const;
  void fire(std::size_t slot, TimePoint now);

  const TimePoint origin_;
  std::uint64_t now_tick_ = 0;
  std::vector<List> slots_;
  mutable std::vector<std::uint64_t> occupied_; // a bit for each slot that may hold a timer
};

} // namespace wire::net
