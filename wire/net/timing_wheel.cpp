#include "wire/net/timing_wheel.h"

#include <algorithm>
#include <bit>

namespace wire::net {

void WheelTimer::cancel() {
  if (!armed()) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

TimingWheel::List::List() { previous_ = next_ = this; }
TimingWheel::List::~List() {
  while (next_ != this) next_->cancel(); // the owners of timers may outlive the wheel
}

void TimingWheel::link(List& list, WheelTimer& timer) {
  timer.previous_ = list.previous_;
  timer.next_ = &list;
  list.previous_->next_ = &timer;
  list.previous_ = &timer;
}

TimingWheel::TimingWheel(TimePoint origin) : origin_(origin), slots_(slot_count), occupied_(slot_count / 64) {}
TimingWheel::~TimingWheel() = default;

bool TimingWheel::empty(std::size_t slot) const { return slots_[slot].next_ == &slots_[slot]; }

void TimingWheel::arm(WheelTimer& timer, TimePoint deadline) {
  timer.cancel();
  const auto rounded_up = (deadline - origin_ + tick - Duration(1)) / tick;
  timer.tick_ = std::max(now_tick_ + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(rounded_up, 0)));
  const std::size_t slot = timer.tick_ % slot_count;
  link(slots_[slot], timer);
  occupied_[slot / 64] |= 1ull << (slot % 64);
}

void TimingWheel::fire(std::size_t slot, TimePoint now) {
  // Timers of later revolutions go back; those that are due leave one by one, since firing one may cancel the next.
  List due;
  List& list = slots_[slot];
  for (WheelTimer* timer = list.next_; timer != &list;) {
    WheelTimer* next = timer->next_;
    if (timer->tick_ <= now_tick_) {
      timer->cancel();
      link(due, *timer);
    }
    timer = next;
  }
  while (due.next_ != &due) {
    WheelTimer* timer = due.next_;
    timer->cancel();
    timer->on_timer(now);
  }
}

void TimingWheel::advance(TimePoint now) {
  if (now < origin_) return;
  const auto target = static_cast<std::uint64_t>((now - origin_) / tick);
  if (target <= now_tick_) return;
  // After a long sleep every slot is visited once.
  const std::uint64_t first = std::max(now_tick_ + 1, target >= slot_count ? target - slot_count + 1 : 0);
  now_tick_ = target;
  for (std::uint64_t at = first; at <= target;) {
    const std::size_t slot = at % slot_count;
    const std::uint64_t bits = occupied_[slot / 64] >> (slot % 64);
    if (bits == 0) {
      at += 64 - slot % 64; // nothing in the rest of this word
      continue;
    }
    const auto skip = static_cast<std::uint64_t>(std::countr_zero(bits));
    at += skip;
    if (at > target) break;
    if (skip == 0) {
      fire(slot, now);
      if (empty(slot)) occupied_[slot / 64] &= ~(1ull << (slot % 64));
      ++at;
    }
  }
}

std::optional<TimePoint> TimingWheel::next_wake() const {
  for (std::uint64_t distance = 1; distance <= slot_count;) {
    const std::uint64_t at = now_tick_ + distance;
    const std::size_t slot = at % slot_count;
    const std::uint64_t bits = occupied_[slot / 64] >> (slot % 64);
    if (bits == 0) {
      distance += 64 - slot % 64;
      continue;
    }
    const auto skip = static_cast<std::uint64_t>(std::countr_zero(bits));
    if (skip > 0) {
      distance += skip;
      continue;
    }
    if (!empty(slot)) return origin_ + tick * static_cast<Duration::rep>(at);
    occupied_[slot / 64] &= ~(1ull << (slot % 64)); // all of its timers were cancelled
    ++distance;
  }
  return std::nullopt;
}

std::size_t TimingWheel::armed_count() const {
  std::size_t count = 0;
  for (const List& list : slots_) {
    for (const WheelTimer* timer = list.next_; timer != &list; timer = timer->next_) ++count;
  }
  return count;
}

} // namespace wire::net
