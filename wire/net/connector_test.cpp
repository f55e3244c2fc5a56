#include "wire/net/connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "wire/net/listener.h"
#include "wire/net/test_support.h"

namespace wire::net {
namespace {

using test::run_until;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ConnectorTest : public testing::Test {
 protected:
  void connect(const std::string& host, std::uint16_t port, Duration timeout = seconds(10)) {
    connector.connect(host, port, timeout, [this](auto result) { answer.emplace(std::move(result)); });
    EXPECT_FALSE(answer) << "never before connect() returns";
  }
  std::string error() {
    EXPECT_TRUE(run_until(loop, [this] { return answer.has_value(); }));
    return answer && !*answer ? answer->error().text : "no error";
  }

  Loop loop;
  std::optional<Result<std::shared_ptr<Connection>, ConnectError>> answer;
  Connector connector{loop};
};

TEST_F(ConnectorTest, connects_to_a_name_and_carries_bytes) {
  int accepted = -1;
  auto listener = *Listener::open(loop, "127.0.0.1", 0, [&](int fd, Endpoint) { accepted = fd; });
  connect("localhost", listener->port());
  ASSERT_TRUE(run_until(loop, [&] { return answer.has_value() && accepted >= 0; }));
  ASSERT_TRUE(*answer);
  (**answer)->send("hello");
  test::Client other(accepted);
  EXPECT_TRUE(run_until(loop, [&] { return other.read() > 0; }));
  EXPECT_EQ(other.received(), "hello");
}

TEST_F(ConnectorTest, says_what_could_not_be_reached_and_why) {
  std::uint16_t port = 0;
  {
    auto listener = *Listener::open(loop, "127.0.0.1", 0, [](int, Endpoint) {});
    port = listener->port();
  }
  connect("127.0.0.1", port);
  EXPECT_THAT(error(), AllOf(StartsWith("cannot connect to 127.0.0.1:"), HasSubstr("refused")));
  answer.reset();
  connect("name.invalid", 1);
  EXPECT_THAT(error(), StartsWith("cannot connect to name.invalid:1: "));
}

TEST_F(ConnectorTest, gives_up_after_its_time) {
  // A full queue of a listener that never accepts: the kernel lets the last ones wait.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 0), 0);
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  const std::uint16_t port = ntohs(address.sin_port);
  const test::Client first(test::Client::connect_to(port));
  connect("127.0.0.1", port, milliseconds(50));
  EXPECT_THAT(error(), HasSubstr("timed out"));
  ::close(fd);
}

TEST_F(ConnectorTest, says_nothing_once_it_is_cancelled) {
  auto listener = *Listener::open(loop, "127.0.0.1", 0, [](int fd, Endpoint) { ::close(fd); });
  connect("127.0.0.1", listener->port());
  connector.cancel();
  test::run_turns(loop, 50);
  EXPECT_FALSE(answer);
}

} // namespace
} // namespace wire::net
