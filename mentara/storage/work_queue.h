#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace mentara::storage {

// A bounded queue into a thread. Any thread may call any of it.
template <class T>
class WorkQueue {
 public:
  explicit WorkQueue(std::size_t size_max) : size_max_(size_max) {}

  // False, and `item` untouched: full or closed.
  bool push(T& item) {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= size_max_) return false;
      items_.push_back(std::move(item));
    }
    wake_.notify_one();
    return true;
  }

  // Waits for work, then takes all that waits, `count_max` at most. False: closed and empty.
  bool take(std::vector<T>& taken, std::size_t count_max) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !items_.empty(); });
    const auto count = static_cast<std::ptrdiff_t>(std::min(items_.size(), count_max));
    taken.assign(std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.begin() + count));
    items_.erase(items_.begin(), items_.begin() + count);
    return count > 0;
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
  const std::size_t size_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<T> items_;
  bool closed_ = false;
};

} // namespace mentara::storage
