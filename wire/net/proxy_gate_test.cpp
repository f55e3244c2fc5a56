#include "wire/net/proxy_gate.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <optional>

#include "wire/net/test_support.h"

namespace wire::net {
namespace {

using test::Client;
using test::run_turns;
using test::run_until;

class ProxyGateTest : public testing::Test {
 protected:
  ProxyGateTest() {
    int pair[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0, "socketpair");
    proxy.emplace(pair[1]);
    gate = ProxyGate::open(loop, OwnedSocket(pair[0]), [this](Result<ProxyGate::Passed, ProxyError> result) {
      if (!result) {
        refused = result.error();
      } else {
        passed = std::move(*result);
      }
    });
  }
  bool done() const { return passed || refused; }

  Loop loop;
  std::optional<Client> proxy;
  std::shared_ptr<ProxyGate> gate;
  std::optional<ProxyGate::Passed> passed;
  std::optional<ProxyError> refused;
};

TEST_F(ProxyGateTest, takes_the_header_and_leaves_what_comes_behind_it_H17) {
  proxy->send("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET / HTTP/1.1\r\n");
  ASSERT_TRUE(run_until(loop, [&] { return done(); }));
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->source->address, "192.0.2.1");
  EXPECT_EQ(passed->source->port, 56324);
  char rest[64];
  const ssize_t size = ::recv(passed->socket.get(), rest, sizeof rest, MSG_DONTWAIT);
  EXPECT_EQ(std::string_view(rest, static_cast<std::size_t>(size)), "GET / HTTP/1.1\r\n");
}

TEST_F(ProxyGateTest, takes_a_header_that_comes_byte_by_byte_without_spinning_H17) {
  for (const char c : std::string_view("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r")) {
    proxy->send({&c, 1});
    run_turns(loop, 2);
    ASSERT_FALSE(done());
  }
  proxy->send("\n");
  ASSERT_TRUE(run_until(loop, [&] { return done(); }));
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->source->address, "2001:db8::1");
  char none;
  EXPECT_EQ(::recv(passed->socket.get(), &none, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN) << "it lives, and nothing is behind the header";
}

TEST_F(ProxyGateTest, closes_what_does_not_begin_with_a_header_H17) {
  proxy->send("GET / HTTP/1.1\r\n");
  ASSERT_TRUE(run_until(loop, [&] {
    proxy->read();
    return done() && (proxy->ended() || proxy->was_reset());
  }));
  EXPECT_EQ(refused, ProxyError::no_header);
  EXPECT_EQ(proxy->received(), "");
}

TEST_F(ProxyGateTest, hears_of_a_proxy_that_leaves_in_the_middle) {
  proxy->send("PROXY TCP4");
  run_turns(loop, 2);
  proxy->finish();
  ASSERT_TRUE(run_until(loop, [&] { return done(); }));
  EXPECT_EQ(refused, ProxyError::too_slow);
}

TEST_F(ProxyGateTest, tells_nobody_after_it_was_closed) {
  proxy->send("PROXY UNKNOWN\r\n");
  gate->close();
  run_turns(loop);
  EXPECT_FALSE(done());
}

} // namespace
} // namespace wire::net
