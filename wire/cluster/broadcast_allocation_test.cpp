#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "wire/eio/test_support.h"
#include "wire/http/server.h"
#include "wire/net/test_support.h"
#include "wire/sio/server.h"

namespace {
std::atomic<std::size_t> allocations = 0; // other tests have threads
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

namespace wire::cluster {
namespace {

// The way of a broadcast from emit() to the system's write, over real connections.
class BroadcastAllocations : public testing::Test {
 protected:
  void SetUp() override {
    server.attach(http);
    server.on_connection([](sio::Socket& socket) {
      socket.join("many");
      if (socket.nsp().socket_count() <= 10) socket.join("few");
    });
    const auto port = http.listen("127.0.0.1", 0);
    ASSERT_TRUE(port);
    for (int i = 0; i < 200; ++i) {
      clients.push_back(std::make_unique<net::test::Client>(net::test::Client::connect_to(*port)));
      clients.back()->send(
          "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      ASSERT_TRUE(net::test::run_until(loop, [&] { return clients.back()->read() > 0; }));
      clients.back()->send(eio::test::frame("40"));
    }
    ASSERT_TRUE(net::test::run_until(loop, [&] { return server.sockets().socket_count() == clients.size(); }));
    for (const char* room : {"many", "few", "many", "few"}) allocations_of_a_broadcast_to(room); // buffers grow once
  }

  std::size_t allocations_of_a_broadcast_to(std::string_view room) {
    const std::size_t before = allocations;
    server.to(room).emit("news", "a text beyond what a small string holds");
    net::test::run_turns(loop, 5);
    const std::size_t count = allocations - before;
    for (const auto& client : clients) {
      client->read();
      arrived += client->take_received().find("a text beyond") != std::string::npos ? 1U : 0U;
    }
    return count;
  }

  net::Loop loop;
  sio::Server server{loop, sio::ServerOptions()};
  http::Server http{loop};
  std::vector<std::unique_ptr<net::test::Client>> clients;
  std::size_t arrived = 0;
};

TEST_F(BroadcastAllocations, do_not_grow_with_the_recipients) {
  arrived = 0;
  const std::size_t few = allocations_of_a_broadcast_to("few");
  EXPECT_EQ(arrived, 10U);
  const std::size_t many = allocations_of_a_broadcast_to("many");
  EXPECT_EQ(arrived, 210U);
  EXPECT_GT(few, 0U) << "the counter does not count";
  EXPECT_LT(many, few + 19) << "190 more recipients: one allocation for each, or for every tenth, would show";
}

} // namespace
} // namespace wire::cluster
