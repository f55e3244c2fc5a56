#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace wire::net {

// Bytes that were encoded once and are written to many connections; immutable, shared between loops.
using SharedBytes = std::shared_ptr<const std::string>;

// One piece of a write queue: its own bytes, or a share in those of many.
struct WriteNode {
  WriteNode* next = nullptr;
  SharedBytes shared;
  std::string own;

  std::string_view bytes() const { return shared ? std::string_view(*shared) : std::string_view(own); }
};

// Nodes that were used and wait to be used again, so that queueing allocates nothing once a loop is warm.
class WritePool {
 public:
  WritePool() = default;
  ~WritePool();
  WritePool(const WritePool&) = delete;
  WritePool& operator=(const WritePool&) = delete;

  WriteNode* take();
  void give_back(WriteNode* node);
  std::size_t queued_bytes() const { return queued_bytes_; } // in all queues; what is shared counts in each

 private:
  friend class WriteQueue;

  WriteNode* free_ = nullptr;
  std::size_t free_count_ = 0;
  std::size_t queued_bytes_ = 0;
};

// What has still to be written to one connection. Empty, it holds no memory.
class WriteQueue {
 public:
  explicit WriteQueue(WritePool& pool) : pool_(pool) {}
  ~WriteQueue() { clear(); }
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  void append(std::string_view bytes) { own_tail(bytes.size()).append(bytes); }
  void append(SharedBytes bytes);
  // Appends what `encode(std::string&)` appends to the string that it is given.
  template <class F>
  void append_with(F&& encode) {
    std::string& tail = own_tail(0);
    const std::size_t before = tail.size();
    encode(tail);
    grew(tail.size() - before);
  }

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }

  // The first pieces, for one write; returns how many were filled in.
  int gather(iovec* pieces, int most) const;
  void consume(std::size_t bytes); // these were written
  void clear();

 private:
  void grew(std::size_t bytes) {
    bytes_ += bytes;
    pool_.queued_bytes_ += bytes;
  }
  std::string& own_tail(std::size_t more); // counts `more` bytes as queued

  WritePool& pool_;
  WriteNode* head_ = nullptr;
  WriteNode* tail_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t head_written_ = 0; // bytes of the first node that are gone
};

} // namespace wire::net
