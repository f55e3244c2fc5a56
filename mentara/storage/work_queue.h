#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace mentara::storage {

// What somebody waits for goes first. The rest goes beside it: as much, and when there is little of it, a little more.
enum class Turn { first, beside };

// A bounded queue into a thread. Any thread may call any of it.
template <class T>
class WorkQueue {
 public:
  explicit WorkQueue(std::size_t size_max) : size_max_(size_max) {}

  // False, and `item` untouched: full or closed.
  bool push(T& item, Turn turn = Turn::first) {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || first_.size() + beside_.size() >= size_max_) return false;
      (turn == Turn::first ? first_ : beside_).push_back(std::move(item));
    }
    wake_.notify_one();
    return true;
  }

  // Waits for work, then takes all that goes first, `count_max` at most, and of the rest as much, or `beside_min` of it
  // if that is more; then in the order in which it came. False: closed and empty.
  bool take(std::vector<T>& taken, std::size_t count_max, std::size_t beside_min = 0) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !first_.empty() || !beside_.empty(); });
    taken.clear();
    take(first_, taken, count_max);
    take(beside_, taken, std::max(taken.size(), beside_min));
    return !taken.empty();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return first_.size() + beside_.size();
  }

  // What waits is still handed out; nothing more comes in.
  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake_.notify_all();
  }

 private:
  static void take(std::deque<T>& items, std::vector<T>& taken, std::size_t count_max) {
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(std::min(items.size(), count_max));
    taken.insert(taken.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(end));
    items.erase(items.begin(), end);
  }

  const std::size_t size_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<T> first_, beside_;
  bool closed_ = false;
};

} // namespace mentara::storage
