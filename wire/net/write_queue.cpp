#include "wire/net/write_queue.h"

#include <utility>

#include "wire/base/check.h"

namespace wire::net {
namespace {

constexpr std::size_t kept_nodes_max = 4096;
constexpr std::size_t kept_bytes_max = 4096;     // of one node's own string
constexpr std::size_t own_bytes_max = 64 * 1024; // then a new node begins, so that written bytes are freed

} // namespace

WritePool::~WritePool() {
  while (free_) delete std::exchange(free_, free_->next);
}

WriteNode* WritePool::take() {
  if (!free_) return new WriteNode;
  --free_count_;
  WriteNode* node = free_;
  free_ = node->next;
  node->next = nullptr;
  return node;
}

void WritePool::give_back(WriteNode* node) {
  if (free_count_ >= kept_nodes_max || node->own.capacity() > kept_bytes_max) {
    delete node;
    return;
  }
  node->shared.reset();
  node->own.clear();
  node->next = free_;
  free_ = node;
  ++free_count_;
}

std::string& WriteQueue::own_tail(std::size_t more) {
  grew(more);
  if (!tail_ || tail_->shared || tail_->own.size() >= own_bytes_max) {
    WriteNode* node = pool_.take();
    (tail_ ? tail_->next : head_) = node;
    tail_ = node;
  }
  return tail_->own;
}

void WriteQueue::append(SharedBytes bytes) {
  grew(bytes->size());
  WriteNode* node = pool_.take();
  node->shared = std::move(bytes);
  (tail_ ? tail_->next : head_) = node;
  tail_ = node;
}

int WriteQueue::gather(iovec* pieces, int most) const {
  int count = 0;
  std::size_t skip = head_written_;
  for (WriteNode* node = head_; node && count < most; node = node->next) {
    const std::string_view bytes = node->bytes().substr(skip);
    skip = 0;
    if (!bytes.empty()) pieces[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return count;
}

void WriteQueue::consume(std::size_t bytes) {
  check(bytes <= bytes_, "more was written than was queued");
  bytes_ -= bytes;
  pool_.queued_bytes_ -= bytes;
  head_written_ += bytes;
  while (head_ && head_written_ >= head_->bytes().size()) {
    head_written_ -= head_->bytes().size();
    WriteNode* done = head_;
    head_ = done->next;
    if (!head_) tail_ = nullptr;
    pool_.give_back(done);
  }
}

void WriteQueue::clear() {
  while (head_) {
    WriteNode* node = head_;
    head_ = node->next;
    pool_.give_back(node);
  }
  tail_ = nullptr;
  pool_.queued_bytes_ -= bytes_;
  bytes_ = head_written_ = 0;
}

} // namespace wire::net
