#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "mentara/contract/messaging_news.h"

namespace {
std::size_t allocations = 0;
}

// The whole test program counts. Not inlined, or g++ sees a new without its delete.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes);
}
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (void* memory = operator new(bytes, std::nothrow)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mentara::contract {
namespace {

TEST(MessageSent, is_written_without_an_allocation_beyond_the_output) {
  const Message message{.id = {"0190a8b0-0000-7000-8000-000000000001"},
                        .conversation_id = {"0190a8b0-0000-7000-8000-000000000002"},
                        .seq = 1,
                        .sender = {.id = {"user-with-a-long-id-1"}, .name = "A name beyond the small string"},
                        .content = std::string(1000, 'x'),
                        .reply_to = Quote{{"m"}, {"u"}, "A text beyond the small string"},
                        .attachments = {{"https://example.org/1", "name", 1, "image/png"}},
                        .metadata = R"({"key":"a value beyond the small string"})"};
  std::string out;
  out.reserve(4096);
  const std::size_t before = allocations;
  append_json(out, MessageSent(message, "epoch.1"));
  EXPECT_EQ(allocations, before);

  out.shrink_to_fit();
  EXPECT_GT(allocations, before) << "the counter does not count";
}

} // namespace
} // namespace mentara::contract
