#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace wire::net {

// How many connections there may be at once, whatever loop they are on. Any thread.
class ConnectionLimit {
 public:
  explicit ConnectionLimit(std::size_t most) : most_(most) {}

  // One connection's place, given back when it is destroyed. An empty one is none.
  class Place {
   public:
    Place() = default;
    Place(Place&&) noexcept = default;
    Place& operator=(Place&& other) noexcept {
      give_back();
      limit_ = std::move(other.limit_);
      return *this;
    }
    ~Place() { give_back(); }
    explicit operator bool() const { return limit_ != nullptr; }

   private:
    friend class ConnectionLimit;
    explicit Place(std::shared_ptr<ConnectionLimit> limit) : limit_(std::move(limit)) {}
    void give_back() {
      if (limit_) limit_->taken_.fetch_sub(1, std::memory_order_relaxed);
      limit_.reset();
    }
    std::shared_ptr<ConnectionLimit> limit_;
  };

  // Empty when there is none left.
  static Place take(const std::shared_ptr<ConnectionLimit>& limit) {
    if (limit->taken_.fetch_add(1, std::memory_order_relaxed) < limit->most_) return Place(limit);
    limit->taken_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }

  std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }
  std::size_t most() const { return most_; }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};
};

// As many as the process may have descriptors, less those that it needs itself.
std::size_t connections_max_of_process();

} // namespace wire::net
