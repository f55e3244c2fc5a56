#include "wire/net/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "wire/net/test_support.h"

namespace wire::net {
namespace {

using test::Client;
using test::run_until;

struct Accepted {
  std::vector<std::unique_ptr<Client>> sockets; // closes them
  std::vector<Endpoint> peers;
  Listener::OnAccept callback() {
    return [this](int fd, Endpoint peer) {
      sockets.push_back(std::make_unique<Client>(fd));
      peers.push_back(std::move(peer));
    };
  }
};

TEST(Listener, takes_a_free_port_and_says_which) {
  Loop loop;
  Accepted accepted;
  const auto listener = Listener::open(loop, "127.0.0.1", 0, accepted.callback());
  ASSERT_TRUE(listener);
  ASSERT_NE((*listener)->port(), 0);
  const Client client(Client::connect_to((*listener)->port()));
  ASSERT_TRUE(run_until(loop, [&] { return accepted.peers.size() == 1; }));
  EXPECT_EQ(accepted.peers[0].address, "127.0.0.1");
  EXPECT_NE(accepted.peers[0].port, 0);
  EXPECT_NE(::fcntl(accepted.sockets[0]->fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(accepted.sockets[0]->fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Listener, accepts_many_at_once) {
  Loop loop;
  Accepted accepted;
  const auto listener = Listener::open(loop, "127.0.0.1", 0, accepted.callback());
  ASSERT_TRUE(listener);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<Client>(Client::connect_to((*listener)->port())));
  EXPECT_TRUE(run_until(loop, [&] { return accepted.peers.size() == 200; }));
}

TEST(Listener, resolves_a_name) {
  Loop loop;
  const auto listener = Listener::open(loop, "localhost", 0, [](int fd, Endpoint) { ::close(fd); });
  EXPECT_TRUE(listener);
}

TEST(Listener, says_why_it_cannot_listen) {
  Loop loop;
  const auto first = Listener::open(loop, "127.0.0.1", 0, [](int fd, Endpoint) { ::close(fd); });
  ASSERT_TRUE(first);
  const auto second = Listener::open(loop, "127.0.0.1", (*first)->port(), [](int fd, Endpoint) { ::close(fd); });
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, testing::StartsWith("cannot listen on 127.0.0.1:"));
  const auto unknown = Listener::open(loop, "no.such.host.invalid", 0, [](int fd, Endpoint) { ::close(fd); });
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().text, testing::StartsWith("cannot listen on no.such.host.invalid:0: "));
}

TEST(Listener, accepts_nobody_after_it_was_closed) {
  Loop loop;
  Accepted accepted;
  auto listener = Listener::open(loop, "127.0.0.1", 0, accepted.callback());
  ASSERT_TRUE(listener);
  const std::uint16_t port = (*listener)->port();
  (*listener)->close();
  const Client probe(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(::connect(probe.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  test::run_turns(loop);
  EXPECT_TRUE(accepted.peers.empty());
}

TEST(Listener, may_be_destroyed_by_whom_it_tells_of_a_connection) {
  Loop loop;
  std::unique_ptr<Listener> listener;
  int count = 0;
  auto opened = Listener::open(loop, "127.0.0.1", 0, [&](int fd, Endpoint) {
    ::close(fd);
    ++count;
    listener.reset();
  });
  ASSERT_TRUE(opened);
  listener = std::move(*opened);
  const std::uint16_t port = listener->port();
  const Client first(Client::connect_to(port)), second(Client::connect_to(port));
  ASSERT_TRUE(run_until(loop, [&] { return count > 0; }));
  test::run_turns(loop);
  EXPECT_EQ(count, 1);
}

TEST(Listener, can_be_paused_at_any_time_and_goes_on_afterwards) {
  Loop loop;
  Accepted accepted;
  auto listener = *Listener::open(loop, "127.0.0.1", 0, accepted.callback());
  listener->pause(milliseconds(50));
  const TimePoint begin = Clock::now();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<Client>(Client::connect_to(listener->port())));
  ASSERT_TRUE(run_until(loop, [&] { return accepted.peers.size() == 20; }));
  EXPECT_GE(Clock::now() - begin, milliseconds(45));
}

} // namespace
} // namespace wire::net
