// A connection with TLS behaves as one without: what is written arrives once and in order, limits hold, ends are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "wire/net/connection.h"
#include "wire/net/test_support.h"
#include "wire/net/test_tls.h"

namespace wire::net {
namespace {

using test::Client;
using test::run_turns;
using test::run_until;

struct Recorder final : ConnectionHandler {
  void on_bytes(std::span<char> bytes) override {
    received.append(bytes.data(), bytes.size());
    if (then) then();
  }
  void on_drained() override { ++drained; }
  void on_closed(CloseCause c) override { cause = c; }

  std::string received;
  int drained = 0;
  std::optional<CloseCause> cause;
  std::function<void()> then;
};

class TlsConnectionTest : public testing::Test {
 protected:
  TlsConnectionTest() : TlsConnectionTest(UnsentLimits{}, seconds(20)) {}
  TlsConnectionTest(const UnsentLimits& limits, Duration handshake_timeout) : loop(0, limits) {
    certificates.make("server");
    context = *TlsContext::open({.certificate_file = certificates.path("server.crt"),
                                 .key_file = certificates.path("server.key"),
                                 .handshake_timeout = handshake_timeout});
    int pair[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0, "socketpair");
    Arrival arrival;
    arrival.socket = OwnedSocket(pair[0]);
    server_fd = pair[0];
    arrival.peer = {"192.0.2.1", 5};
    arrival.tls = context->accept();
    connection = Connection::adopt(loop, std::move(arrival));
    socket.emplace(pair[1]);
    connection->set_handler(handler);
  }

  // Carries bytes between the client's TLS and its socket.
  void carry() {
    unsent += tls.take_output();
    unsent.erase(0, socket->send_some(unsent));
    socket->read();
    tls.receive(socket->take_received());
  }
  template <class Done>
  bool carry_until(Loop& on, Done done) {
    return run_until(on, [&] {
      carry();
      return done();
    });
  }
  bool shake_hands() {
    // The server's first words behind the handshake are tickets for the next one.
    if (!carry_until(loop, [&] { return tls.established() && unsent.empty(); })) return false;
    carry();
    run_turns(loop);
    carry();
    return connection->open();
  }

  const test::Certificates certificates;
  std::shared_ptr<TlsContext> context;
  Loop loop;
  Recorder handler;
  std::shared_ptr<Connection> connection;
  int server_fd = -1; // the connection's
  std::optional<Client> socket;
  test::TlsClient tls;
  std::string unsent;
};

TEST_F(TlsConnectionTest, carries_bytes_both_ways) {
  ASSERT_TRUE(shake_hands());
  tls.write("ping");
  ASSERT_TRUE(carry_until(loop, [&] { return handler.received == "ping"; }));
  connection->send("po");
  connection->send(std::make_shared<const std::string>("ng"));
  ASSERT_TRUE(carry_until(loop, [&] { return tls.received() == "pong"; }));
  EXPECT_GT(handler.drained, 0);
  EXPECT_EQ(connection->unsent_bytes(), 0u);
}

TEST_F(TlsConnectionTest, writes_once_a_turn_all_that_was_queued_in_as_few_records_as_hold_it) {
  ASSERT_TRUE(shake_hands());
  for (int i = 0; i < 100; ++i) connection->send("0123456789");
  run_turns(loop, 2);
  socket->read();
  EXPECT_LT(socket->received().size(), 1000u + 100u) << "one record, not a hundred";
  tls.receive(socket->take_received());
  EXPECT_EQ(tls.received().size(), 1000u);
}

TEST_F(TlsConnectionTest, carries_more_than_the_kernel_and_a_record_hold) {
  ASSERT_TRUE(shake_hands());
  std::string expected;
  const auto shared = std::make_shared<const std::string>(100'000, 's');
  for (int i = 0; i < 8; ++i) {
    connection->send(shared);
    connection->send("between");
    expected += *shared + "between";
  }
  EXPECT_GT(connection->unsent_bytes(), 0u);
  ASSERT_TRUE(carry_until(loop, [&] { return tls.received().size() == expected.size(); }));
  EXPECT_EQ(tls.received(), expected);
}

TEST_F(TlsConnectionTest, gives_its_handler_whatever_comes_however_it_is_cut) {
  ASSERT_TRUE(shake_hands());
  const std::string text(200'000, 'x');
  tls.write(text);
  ASSERT_TRUE(carry_until(loop, [&] { return handler.received.size() == text.size(); }));
  EXPECT_EQ(handler.received, text);
}

class ImpatientTls : public TlsConnectionTest {
 protected:
  ImpatientTls() : TlsConnectionTest({}, milliseconds(100)) {}
};

TEST_F(ImpatientTls, ends_when_the_handshake_takes_too_long_O2) {
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.cause, CloseCause::tls);
  EXPECT_EQ(handler.received, "");
}

TEST_F(ImpatientTls, ends_when_the_handshake_comes_in_drops_O2) {
  std::string hello = tls.take_output();
  ASSERT_TRUE(run_until(loop, [&] {
    socket->send_some(hello.substr(0, 1));
    hello.erase(0, hello.size() > 2 ? 1 : 0);
    return handler.cause.has_value();
  }));
  EXPECT_EQ(handler.cause, CloseCause::tls);
}

TEST_F(TlsConnectionTest, waits_for_the_handshake_no_longer_when_it_is_done) {
  EXPECT_EQ(loop.timers().armed_count(), 1u);
  ASSERT_TRUE(shake_hands());
  EXPECT_EQ(loop.timers().armed_count(), 0u);
}

TEST_F(TlsConnectionTest, tells_plain_text_nothing) {
  socket->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(run_until(loop, [&] {
    socket->read();
    return handler.cause && (socket->ended() || socket->was_reset());
  }));
  EXPECT_EQ(handler.cause, CloseCause::tls);
  EXPECT_EQ(handler.received, "");
  EXPECT_EQ(socket->received(), "");
}

TEST_F(TlsConnectionTest, ends_at_forged_bytes) {
  ASSERT_TRUE(shake_hands());
  socket->send(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.cause, CloseCause::tls);
}

TEST_F(TlsConnectionTest, flushes_and_says_that_no_more_comes_before_it_closes) {
  ASSERT_TRUE(shake_hands());
  connection->send(std::string(500'000, 'l'));
  connection->close();
  ASSERT_TRUE(carry_until(loop, [&] { return tls.ended() && socket->ended(); }));
  EXPECT_EQ(tls.received().size(), 500'000u);
  EXPECT_FALSE(handler.cause) << "it closed by itself";
}

TEST_F(TlsConnectionTest, is_dropped_when_it_is_closed_before_the_handshake_is_done) {
  connection->close();
  EXPECT_FALSE(connection->open());
  ASSERT_TRUE(run_until(loop, [&] {
    socket->read();
    return socket->ended() || socket->was_reset();
  }));
  EXPECT_EQ(socket->received(), "");
}

TEST_F(TlsConnectionTest, hears_of_the_peers_orderly_end) {
  ASSERT_TRUE(shake_hands());
  tls.write("last");
  tls.finish();
  ASSERT_TRUE(carry_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.received, "last");
  EXPECT_EQ(handler.cause, CloseCause::peer_closed);
}

TEST_F(TlsConnectionTest, hears_of_a_peer_that_is_gone_in_the_middle_of_a_handshake) {
  const std::string hello = tls.take_output();
  socket->send(std::string_view(hello).substr(0, 20));
  run_turns(loop, 2);
  socket->close();
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.cause, CloseCause::tls);
}

TEST_F(TlsConnectionTest, moves_to_another_loop_with_its_keys_and_what_was_read) {
  ASSERT_TRUE(shake_hands());
  Arrival arrival;
  handler.then = [&] { // in the middle of what it reads
    if (connection->open() && connection->unsent_bytes() == 0) arrival = connection->release();
  };
  tls.write("first");
  ASSERT_TRUE(carry_until(loop, [&] { return arrival.socket.get() >= 0; }));
  EXPECT_EQ(handler.received + arrival.already_read, "first");
  Loop other(1);
  Recorder second;
  const auto moved = Connection::adopt(other, std::move(arrival));
  EXPECT_TRUE(moved->secure());
  moved->set_handler(second);
  tls.write("second");
  ASSERT_TRUE(carry_until(other, [&] { return second.received == "second"; }));
  moved->send("answer");
  ASSERT_TRUE(carry_until(other, [&] { return tls.received() == "answer"; }));
}

TEST_F(TlsConnectionTest, follows_a_peer_that_wants_new_keys_and_cuts_one_that_does_not_read_the_answers) {
  ASSERT_TRUE(shake_hands());
  ASSERT_TRUE(tls.ask_for_new_keys());
  tls.write("under new keys");
  ASSERT_TRUE(carry_until(loop, [&] { return handler.received == "under new keys"; }));
  EXPECT_TRUE(connection->open());
  const int little = 4096; // what the kernel takes of the answers
  ::setsockopt(server_fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
  std::string requests;
  ASSERT_TRUE(run_until(loop, [&] { // and reads no more
    while (requests.size() < 8 * 1024 && tls.ask_for_new_keys()) requests += tls.take_output();
    requests.erase(0, socket->send_some(requests));
    return handler.cause.has_value();
  }));
  EXPECT_EQ(handler.cause, CloseCause::tls);
}

class SlowTlsReader : public TlsConnectionTest {
 protected:
  SlowTlsReader()
      : TlsConnectionTest({.bytes_soft = 64 * 1024, .bytes_hard = 128 * 1024, .hard_timeout = milliseconds(100)},
                          seconds(20)) {}
};

TEST_F(SlowTlsReader, is_cut_when_it_does_not_read) {
  ASSERT_TRUE(shake_hands());
  for (int i = 0; i < 40; ++i) connection->send(std::string(100'000, 'x'));
  ASSERT_TRUE(run_until(loop, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(handler.cause, CloseCause::slow_consumer);
}

} // namespace
} // namespace wire::net
