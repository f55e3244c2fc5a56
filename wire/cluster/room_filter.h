#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace wire::cluster {

// Which rooms a loop may have members of, for the other loops to read without a lock: a counting Bloom filter. It may
// say yes to a room that is not there, which costs a message for nobody; never no to one that is.
class RoomFilter {
 public:
  RoomFilter();

  // Each room once; any thread.
  void add(std::string_view nsp, std::string_view room) { slot(nsp, room).fetch_add(1, std::memory_order_release); }
  void remove(std::string_view nsp, std::string_view room) { slot(nsp, room).fetch_sub(1, std::memory_order_release); }
  bool may_have(std::string_view nsp, std::string_view room) const {
    return slot(nsp, room).load(std::memory_order_acquire) != 0;
  }

 private:
  static constexpr std::size_t slots = 64 * 1024;
  std::atomic<std::uint32_t>& slot(std::string_view nsp, std::string_view room) const;

  const std::unique_ptr<std::atomic<std::uint32_t>[]> counts_;
};

} // namespace wire::cluster
