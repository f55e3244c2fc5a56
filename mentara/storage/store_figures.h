#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

// What a store has to do, for who operates it.
namespace mentara::storage {

// How many writes the transactions had: that is what group commit is worth.
struct GroupSizes {
  static constexpr std::array<double, 11> bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
  std::array<std::uint64_t, bounds.size() + 1> counts{}; // transactions of at most so many; the last: of more
  std::uint64_t writes = 0;
};

struct StoreFigures {
  std::size_t queued_writes = 0;
  std::size_t queued_reads = 0;
  GroupSizes groups;
};

// One thread counts, any thread looks.
class GroupCounter {
 public:
  void count(std::size_t writes) {
    std::size_t bucket = 0;
    while (bucket < GroupSizes::bounds.size() && static_cast<double>(writes) > GroupSizes::bounds[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    writes_.fetch_add(writes, std::memory_order_relaxed);
  }
  GroupSizes sizes() const {
    GroupSizes sizes;
    for (std::size_t i = 0; i < counts_.size(); ++i) sizes.counts[i] = counts_[i].load(std::memory_order_relaxed);
    sizes.writes = writes_.load(std::memory_order_relaxed);
    return sizes;
  }

 private:
  std::array<std::atomic<std::uint64_t>, GroupSizes::bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> writes_ = 0;
};

} // namespace mentara::storage
