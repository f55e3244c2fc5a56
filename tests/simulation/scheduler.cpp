#include "tests/simulation/scheduler.h"

#include <algorithm>
#include <utility>

namespace mentara::simulation {

// xorshift64* (Vigna)
std::uint64_t Dice::next() {
  if (state_ == 0) state_ = 1;
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return state_ * 0x2545f4914f6cdd1du;
}

Duration Dice::between(Duration least, Duration most) {
  if (most <= least) return least;
  return least + Duration(static_cast<Duration::rep>(next() % static_cast<std::uint64_t>((most - least).count())));
}

void Scheduler::at(TimePoint when, Task task) {
  entries_.push_back({std::max(when, now_), ++number_, std::move(task)});
  std::push_heap(entries_.begin(), entries_.end());
}

void Scheduler::run_until(TimePoint end) {
  while (!entries_.empty() && entries_.front().when <= end) {
    std::pop_heap(entries_.begin(), entries_.end());
    Entry next = std::move(entries_.back());
    entries_.pop_back();
    now_ = next.when;
    next.task();
  }
  now_ = end;
}

} // namespace mentara::simulation
