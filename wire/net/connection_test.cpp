#include "wire/net/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "wire/net/test_support.h"

namespace wire::net {
namespace {

using test::Client;
using test::run_turns;
using test::run_until;

struct Recorder final : ConnectionHandler {
  void on_bytes(std::span<char> bytes) override {
    received.append(bytes.data(), bytes.size());
    if (then) then(bytes);
  }
  void on_drained() override { ++drained; }
  void on_closed(CloseCause c) override { cause = c; }

  std::string received;
  int drained = 0;
  std::optional<CloseCause> cause;
  std::function<void(std::span<char>)> then;
};

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    int pair[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0, "socketpair");
    connection = Connection::adopt(loop, pair[0], {"192.0.2.1", 5});
    client.emplace(pair[1]);
    connection->set_handler(handler);
  }
  bool client_reads(std::size_t bytes) {
    return run_until(loop, [&] {
      client->read();
      return client->received().size() >= bytes;
    });
  }
  bool client_sees_the_end() {
    return run_until(loop, [&] {
      client->read();
      return client->ended() || client->was_reset();
    });
  }

  Loop loop;
  Recorder handler;
  std::shared_ptr<Connection> connection;
  std::optional<Client> client;
};

constexpr int peer_buffer_bytes = 256 * 1024; // of which the kernel's own accounts take a part

// Two ends of a TCP connection; the second one's kernel takes little.
std::pair<int, int> tcp_pair() {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(listening, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listening, 1) == 0, "listen");
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int asked = peer_buffer_bytes / 2; // the kernel doubles it
  ::setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &asked, sizeof asked);
  check(::connect(peer, reinterpret_cast<sockaddr*>(&address), size) == 0, "connect");
  const int server = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  check(server >= 0, "accept");
  ::close(listening);
  return {server, peer};
}

std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i * 31 % 26);
  return text;
}

TEST_F(ConnectionTest, echoes) {
  handler.then = [&](std::span<char> bytes) { connection->send(std::string_view(bytes.data(), bytes.size())); };
  client->send("hello");
  ASSERT_TRUE(client_reads(5));
  EXPECT_EQ(client->received(), "hello");
  EXPECT_EQ(connection->peer().address, "192.0.2.1");
}

TEST_F(ConnectionTest, writes_what_was_sent_in_one_turn_at_its_end_in_order) {
  connection->send("one ");
  connection->send(std::make_shared<const std::string>("two "));
  connection->send_with([](std::string& out) { out += "three"; });
  EXPECT_EQ(client->read(), 0u) << "nothing leaves before the turn ends";
  EXPECT_EQ(connection->unsent_bytes(), 13u);
  ASSERT_TRUE(client_reads(13));
  EXPECT_EQ(client->received(), "one two three");
  EXPECT_EQ(handler.drained, 1);
  EXPECT_EQ(connection->unsent_bytes(), 0u);
}

TEST_F(ConnectionTest, writes_more_pieces_than_one_system_call_takes) {
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const auto piece = std::make_shared<const std::string>(pattern(static_cast<std::size_t>(i)));
    connection->send(piece);
    expected += *piece;
  }
  ASSERT_TRUE(client_reads(expected.size()));
  EXPECT_EQ(client->received(), expected);
}

TEST_F(ConnectionTest, writes_on_when_a_slow_reader_has_read) {
  const std::string large = pattern(5'000'000);
  connection->send(large);
  run_turns(loop);
  EXPECT_GT(connection->unsent_bytes(), 0u);
  EXPECT_EQ(handler.drained, 0);
  ASSERT_TRUE(client_reads(large.size()));
  ASSERT_TRUE(run_until(loop, [&] { return handler.drained == 1; }));
  EXPECT_TRUE(client->received() == large);
}

TEST_F(ConnectionTest, does_not_count_what_the_peer_can_take_at_once_as_its_debt) {
  connection->send(std::string(limits::early_flush_bytes, 'x'));
  EXPECT_EQ(connection->unsent_bytes(), limits::early_flush_bytes) << "gathered for the end of the turn";
  connection->send("x");
  EXPECT_EQ(connection->unsent_bytes(), 0u) << "written before it";
  for (int i = 0; i < 400; ++i) {
    connection->send(std::string(50'000, 'x'));
    client->read(100'000);
    ASSERT_LT(connection->pressure(), Pressure::hard) << "a turn of twenty megabytes to a peer that reads";
    if (connection->unsent_bytes() > 0) run_turns(loop);
  }
}

TEST_F(ConnectionTest, gives_an_event_that_ended_a_long_wait_the_time_of_the_event) {
  struct Watch final : ConnectionHandler {
    explicit Watch(Loop& l) : loop(l) {}
    void on_bytes(std::span<char>) override {
      lag = Clock::now() - loop.now();
      loop.stop();
    }
    void on_closed(CloseCause) override {}
    Loop& loop;
    Duration lag{};
  } watch(loop);
  connection->set_handler(watch);
  std::thread later([this] { // the loop under test has nothing to do meanwhile
    Loop other;
    Timer timer(other, [&] {
      client->send("x");
      other.stop();
    });
    timer.arm(milliseconds(200));
    other.run();
  });
  loop.run();
  later.join();
  EXPECT_LT(watch.lag, milliseconds(100)) << "timeouts are counted from when it happened";
}

TEST_F(ConnectionTest, judges_a_peer_that_does_not_read) {
  connection->send(std::string(limits::unsent_bytes_max * 2, 'x'));
  EXPECT_EQ(connection->pressure(), Pressure::full);
}

TEST(Connection, E18_leaves_little_of_what_a_peer_does_not_read_to_the_kernel) {
  for (const std::size_t in_kernel : {limits::unsent_bytes_in_kernel, 2 * limits::unsent_bytes_in_kernel}) {
    Loop loop(0, {.bytes_in_kernel = in_kernel});
    Recorder handler;
    auto [server, peer] = tcp_pair();
    const auto connection = Connection::adopt(loop, server, {"192.0.2.1", 5});
    connection->set_handler(handler);
    Client client(peer);
    std::size_t sent = 0;
    while (sent < 8'000'000) { // to one that reads, so that the kernel thinks much of this connection
      connection->send(std::string(500'000, 'x'));
      sent += 500'000;
      ASSERT_TRUE(run_until(loop, [&] {
        client.read();
        client.take_received();
        return connection->unsent_bytes() == 0;
      }));
    }
    run_turns(loop);
    client.read();

    connection->send(std::string(10'000'000, 'x'));
    run_turns(loop);
    const std::size_t taken = 10'000'000 - connection->unsent_bytes();
    EXPECT_GE(taken, in_kernel);
    EXPECT_LT(taken, in_kernel + peer_buffer_bytes + 128 * 1024) << "and at most one segment more";
  }
}

TEST_F(ConnectionTest, closes_a_slow_consumer) {
  const TimePoint begin = loop.now();
  connection->send(std::string(limits::unsent_bytes_hard * 4, 'x'));
  run_turns(loop);
  loop.timers().advance(begin + limits::unsent_hard_timeout - milliseconds(100));
  EXPECT_EQ(handler.cause, std::nullopt);
  loop.timers().advance(begin + limits::unsent_hard_timeout + milliseconds(100));
  EXPECT_EQ(handler.cause, CloseCause::slow_consumer);
  EXPECT_FALSE(connection->open());
}

TEST_F(ConnectionTest, spares_a_consumer_that_caught_up) {
  connection->send(std::string(limits::unsent_bytes_hard + 300'000, 'x'));
  run_turns(loop);
  ASSERT_EQ(connection->pressure(), Pressure::hard);
  ASSERT_TRUE(run_until(loop, [&] {
    client->read(10'000);
    return connection->pressure() < Pressure::hard;
  }));
  loop.timers().advance(loop.now() + limits::unsent_hard_timeout + seconds(1));
  EXPECT_EQ(handler.cause, std::nullopt);
}

TEST_F(ConnectionTest, flushes_then_says_FIN_when_it_is_closed) {
  const std::string large = pattern(2'000'000);
  connection->send(large);
  connection->close();
  EXPECT_FALSE(connection->open());
  connection->send("not this");
  connection.reset(); // nobody need hold it
  ASSERT_TRUE(client_sees_the_end());
  EXPECT_TRUE(client->received() == large);
  EXPECT_FALSE(client->was_reset());
  EXPECT_EQ(handler.cause, std::nullopt);
}

TEST_F(ConnectionTest, throws_away_what_comes_after_it_was_closed) {
  std::weak_ptr<Connection> watched = connection;
  connection->close();
  connection.reset();
  client->send("late");
  ASSERT_TRUE(client_sees_the_end());
  EXPECT_EQ(handler.received, "");
  EXPECT_FALSE(watched.expired()) << "it waits for the peer's FIN";
  client->close();
  EXPECT_TRUE(run_until(loop, [&] { return watched.expired(); }));
}

TEST_F(ConnectionTest, waits_for_the_peers_FIN_no_longer_than_the_close_timeout) {
  connection->close();
  ASSERT_TRUE(client_sees_the_end());
  std::weak_ptr<Connection> watched = connection;
  connection.reset();
  loop.timers().advance(loop.now() + limits::ws_close_timeout + milliseconds(100));
  EXPECT_TRUE(run_until(loop, [&] { return watched.expired(); }));
}

TEST_F(ConnectionTest, lets_a_slow_peer_read_the_rest_for_longer_than_the_close_timeout) {
  const std::string large = pattern(3'000'000);
  connection->send(large);
  run_turns(loop);
  connection->close();
  loop.timers().advance(loop.now() + limits::ws_close_timeout + seconds(1));
  ASSERT_TRUE(client_sees_the_end());
  EXPECT_TRUE(client->received() == large);
}

TEST_F(ConnectionTest, gives_up_on_a_peer_that_does_not_read_the_rest) {
  std::weak_ptr<Connection> watched = connection;
  connection->send(std::string(3'000'000, 'x'));
  connection->close();
  connection.reset();
  run_turns(loop);
  loop.timers().advance(loop.now() + limits::unsent_hard_timeout + milliseconds(100));
  EXPECT_TRUE(run_until(loop, [&] { return watched.expired(); }));
}

TEST_F(ConnectionTest, aborts_at_once) {
  connection->send("never written");
  connection->abort();
  EXPECT_FALSE(connection->open());
  EXPECT_EQ(connection->unsent_bytes(), 0u);
  ASSERT_TRUE(client_sees_the_end());
  EXPECT_EQ(client->received(), "");
  EXPECT_EQ(handler.cause, std::nullopt);
}

TEST_F(ConnectionTest, tells_that_the_peer_closed) {
  client->send("last words");
  client->close();
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.cause, CloseCause::peer_closed);
  EXPECT_EQ(handler.received, "last words");
  EXPECT_FALSE(connection->open());
}

TEST_F(ConnectionTest, still_writes_to_a_peer_that_only_finished_sending) {
  handler.then = [&](std::span<char>) { connection->send("answer"); };
  client->send("question");
  client->finish();
  ASSERT_TRUE(client_sees_the_end());
  EXPECT_EQ(client->received(), "answer");
  EXPECT_EQ(handler.cause, CloseCause::peer_closed);
}

TEST_F(ConnectionTest, writes_all_of_a_large_answer_to_a_peer_that_only_finished_sending) {
  const std::string large = pattern(3'000'000);
  for (const bool closes_itself : {true, false}) {
    SCOPED_TRACE(closes_itself);
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    Client other(pair[1]);
    auto asked = Connection::adopt(loop, pair[0], {});
    Recorder recorder;
    recorder.then = [&](std::span<char>) {
      asked->send(large);
      if (closes_itself) asked->close();
    };
    asked->set_handler(recorder);
    other.send("question");
    other.finish();
    run_turns(loop);
    ASSERT_TRUE(run_until(loop, [&] {
      other.read();
      return other.ended() || other.was_reset();
    }));
    EXPECT_TRUE(other.received() == large);
    EXPECT_EQ(recorder.cause.has_value(), !closes_itself);
  }
}

TEST_F(ConnectionTest, reads_nothing_while_it_is_paused) {
  connection->pause_reading();
  client->send("one");
  run_turns(loop);
  EXPECT_EQ(handler.received, "");
  EXPECT_FALSE(connection->peer_ended());
  client->finish();
  run_turns(loop);
  EXPECT_EQ(handler.cause, std::nullopt);
  EXPECT_TRUE(connection->peer_ended()) << "though nobody reads";
  connection->resume_reading();
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.received, "one");
}

TEST_F(ConnectionTest, can_be_paused_by_the_one_who_reads) {
  handler.then = [&](std::span<char>) { connection->pause_reading(); };
  client->send(std::string(1000, 'x'));
  ASSERT_TRUE(run_until(loop, [&] { return !handler.received.empty(); }));
  const std::size_t before = handler.received.size();
  client->send(std::string(1000, 'x'));
  run_turns(loop);
  EXPECT_EQ(handler.received.size(), before);
  connection->resume_reading();
  EXPECT_TRUE(run_until(loop, [&] { return handler.received.size() == 2000; }));
}

TEST_F(ConnectionTest, lets_its_handler_be_replaced_while_it_reads) {
  Recorder second;
  handler.then = [&](std::span<char>) { connection->set_handler(second); };
  client->send("a");
  ASSERT_TRUE(run_until(loop, [&] { return handler.received == "a"; }));
  client->send("b");
  ASSERT_TRUE(run_until(loop, [&] { return second.received == "b"; }));
  EXPECT_EQ(handler.received, "a");
}

TEST_F(ConnectionTest, lets_its_handler_end_it_while_it_reads) {
  for (const bool abort : {true, false}) {
    SCOPED_TRACE(abort);
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    Client other(pair[1]);
    auto handler_of_other = std::make_unique<Recorder>();
    auto ended = Connection::adopt(loop, pair[0], {});
    ended->set_handler(*handler_of_other);
    handler_of_other->then = [&](std::span<char>) {
      abort ? ended->abort() : ended->close();
      ended.reset();
      handler_of_other.reset(); // destroys this lambda: nothing may follow
    };
    other.send("x");
    EXPECT_TRUE(run_until(loop, [&] {
      other.read();
      return other.ended() || other.was_reset();
    }));
  }
}

TEST_F(ConnectionTest, gives_its_socket_to_another_loop) {
  client->send("first");
  ASSERT_TRUE(run_until(loop, [&] { return handler.received == "first"; }));
  Arrival arrival = connection->release();
  ASSERT_GE(arrival.socket.get(), 0);
  EXPECT_EQ(arrival.peer.address, "192.0.2.1");
  EXPECT_FALSE(connection->open());
  Loop other(1);
  Recorder second;
  const auto moved = Connection::adopt(other, std::move(arrival));
  moved->set_handler(second);
  client->send("second");
  ASSERT_TRUE(run_until(other, [&] { return second.received == "second"; }));
  moved->send("answer");
  ASSERT_TRUE(run_until(other, [&] { return client->read() > 0; }));
  EXPECT_EQ(client->received(), "answer");
  EXPECT_EQ(handler.received, "first");
}

TEST(Connection, tells_that_the_peer_reset_it) {
  Loop loop;
  Recorder handler;
  std::shared_ptr<Connection> connection;
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const Client listener(listening);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
  Client client(Client::connect_to(ntohs(address.sin_port)));
  connection = Connection::adopt(loop, ::accept(listening, nullptr, nullptr), {});
  connection->set_handler(handler);
  client.reset();
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.cause, CloseCause::error);
}

TEST(Connection, may_be_closing_or_unsent_when_its_loop_goes) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  const Client client(pair[1]);
  Loop loop;
  auto connection = Connection::adopt(loop, pair[0], {});
  connection->send(std::string(5'000'000, 'x'));
  run_turns(loop);
  connection->close();
  run_turns(loop);
}

TEST(Connection, is_not_open_when_it_was_given_no_socket) {
  Loop loop;
  EXPECT_FALSE(Connection::adopt(loop, -1, {})->open());
}

} // namespace
} // namespace wire::net
