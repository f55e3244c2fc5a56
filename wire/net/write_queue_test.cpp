#include "wire/net/write_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace wire::net {
namespace {

std::string gathered(const WriteQueue& queue, int most = 64) {
  iovec pieces[64];
  const int count = queue.gather(pieces, most);
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  return bytes;
}

SharedBytes shared(std::string_view text) { return std::make_shared<const std::string>(text); }

// Pieces of both kinds, an empty one among them.
constexpr std::string_view mixed_bytes = "own then more|shared-1|shared-2|encoded|tail";
void fill_mixed(WriteQueue& queue) {
  queue.append("own ");
  queue.append("then more|");
  queue.append(shared("shared-1|"));
  queue.append(shared("shared-2|"));
  queue.append(shared(""));
  queue.append_with([](std::string& out) { out += "encoded|"; });
  queue.append("tail");
}

TEST(WriteQueue, gives_back_what_was_appended_in_order) {
  WritePool pool;
  WriteQueue queue(pool);
  EXPECT_TRUE(queue.empty());
  fill_mixed(queue);
  EXPECT_EQ(gathered(queue), mixed_bytes);
  EXPECT_EQ(queue.bytes(), mixed_bytes.size());
}

TEST(WriteQueue, loses_nothing_when_writes_end_at_any_two_offsets) {
  WritePool pool;
  for (std::size_t first = 0; first <= mixed_bytes.size(); ++first) {
    for (std::size_t second = first; second <= mixed_bytes.size(); ++second) {
      WriteQueue queue(pool);
      fill_mixed(queue);
      queue.consume(first);
      ASSERT_EQ(gathered(queue), mixed_bytes.substr(first));
      queue.consume(second - first);
      ASSERT_EQ(gathered(queue), mixed_bytes.substr(second));
      ASSERT_EQ(queue.bytes(), mixed_bytes.size() - second);
      queue.append("!");
      ASSERT_EQ(gathered(queue), std::string(mixed_bytes.substr(second)) + "!");
    }
  }
}

TEST(WriteQueue, gathers_no_more_pieces_than_asked_for) {
  WritePool pool;
  WriteQueue queue(pool);
  queue.append("a");
  queue.append(shared("b"));
  queue.append(shared("c"));
  EXPECT_EQ(gathered(queue, 2), "ab");
  EXPECT_EQ(gathered(queue, 1), "a");
}

TEST(WriteQueue, does_not_copy_shared_bytes) {
  WritePool pool;
  WriteQueue one(pool), two(pool);
  const SharedBytes frame = shared("frame");
  one.append(frame);
  two.append(frame);
  EXPECT_EQ(frame.use_count(), 3);
  iovec piece;
  ASSERT_EQ(one.gather(&piece, 1), 1);
  EXPECT_EQ(piece.iov_base, frame->data());
  one.consume(5);
  two.clear();
  EXPECT_EQ(frame.use_count(), 1);
}

TEST(WriteQueue, uses_nodes_again_without_what_they_held) {
  WritePool pool;
  std::set<WriteNode*> used;
  for (int i = 0; i < 3; ++i) used.insert(pool.take());
  for (WriteNode* node : used) {
    node->own = "old";
    node->shared = shared("old");
    pool.give_back(node);
  }
  for (int i = 0; i < 3; ++i) {
    WriteNode* node = pool.take();
    EXPECT_EQ(used.count(node), 1u);
    EXPECT_EQ(node->bytes(), "");
    EXPECT_EQ(node->shared, nullptr);
    EXPECT_EQ(node->next, nullptr);
    delete node;
  }
}

TEST(WriteQueue, keeps_no_large_node_for_later) {
  WritePool pool;
  {
    WriteQueue queue(pool);
    queue.append(std::string(1'000'000, 'x'));
  }
  WriteNode* node = pool.take();
  EXPECT_LT(node->own.capacity(), 100u);
  delete node;
}

TEST(WriteQueue, begins_a_new_piece_when_one_is_large_so_that_written_bytes_are_freed) {
  WritePool pool;
  WriteQueue queue(pool);
  for (int i = 0; i < 300; ++i) queue.append(std::string(1024, 'x'));
  iovec pieces[64];
  EXPECT_GT(queue.gather(pieces, 64), 3);
  EXPECT_EQ(queue.bytes(), 300u * 1024);
}

TEST(WriteQueue, can_be_filled_again_after_it_was_emptied) {
  WritePool pool;
  WriteQueue queue(pool);
  for (int round = 0; round < 3; ++round) {
    fill_mixed(queue);
    round % 2 == 0 ? queue.consume(queue.bytes()) : queue.clear();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(gathered(queue), "");
  }
}

TEST(WriteQueue, counts_what_is_queued_in_all_queues_of_a_pool) {
  WritePool pool;
  {
    WriteQueue one(pool), other(pool);
    fill_mixed(one);
    fill_mixed(other);
    EXPECT_EQ(pool.queued_bytes(), one.bytes() + other.bytes());
    one.consume(1);
    other.append_with([](std::string& out) { out += "more"; });
    EXPECT_EQ(pool.queued_bytes(), one.bytes() + other.bytes());
    other.clear();
    EXPECT_EQ(pool.queued_bytes(), one.bytes());
  }
  EXPECT_EQ(pool.queued_bytes(), 0u);
}

} // namespace
} // namespace wire::net
