// Connection state recovery as a client and the application see it; the log itself: recovery_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;

ServerOptions with_recovery(bool skip_middlewares = false) {
  ServerOptions options;
  options.connection_state_recovery.emplace();
  options.connection_state_recovery->skip_middlewares = skip_middlewares;
  return options;
}

std::string last_text(const std::string& packet) {
  const std::size_t end = packet.rfind('"'), begin = packet.rfind('"', end - 1) + 1;
  return packet.substr(begin, end - begin);
}

class SioRecovery : public test::ServerTest {
 protected:
  explicit SioRecovery(ServerOptions options = with_recovery()) : ServerTest(std::move(options)) {}

  // A client that has joined "room" and seen one event, and whose connection is then lost.
  void leave(eio::CloseReason reason = eio::CloseReason::transport_close) {
    client = std::make_unique<TestClient>(server);
    join(*client);
    nsp.adapter().find(sid)->join("room");
    nsp.adapter().find(sid)->set_data(R"({"name":"a"})");
    nsp.emit("seen");
    offset = last_text(client->take().at(0));
    client->session().discard(reason);
  }
  void join(TestClient& with) {
    with.text("40");
    const auto came = with.take();
    ASSERT_EQ(came.size(), 1u);
    sid = came[0].substr(10, 20);
    pid = last_text(came[0]);
    ASSERT_EQ(came[0], R"(40{"sid":")" + sid + R"(","pid":")" + pid + "\"}");
  }
  // What a client that asks for its session is sent.
  std::vector<std::string> come_back(TestClient& with) {
    with.text(R"(40{"pid":")" + pid + R"(","offset":")" + offset + "\"}");
    return with.take();
  }
  std::string same() const { return R"(40{"sid":")" + sid + R"(","pid":")" + pid + "\"}"; }
  bool recovers(eio::CloseReason reason) {
    leave(reason);
    TestClient again(server);
    return come_back(again).back() == same();
  }

  std::unique_ptr<TestClient> client;
  std::string sid, pid, offset;
};

TEST_F(SioRecovery, brings_back_id_rooms_data_and_what_was_missed_before_the_connect) {
  leave();
  nsp.to("room").emit("room", 1);
  nsp.to("elsewhere").emit("elsewhere");
  nsp.to(sid).emit("itself", Binary{"bytes"});
  nsp.except("room").emit("others");
  bool recovered = false;
  nsp.on_connection([&](Socket& socket) { recovered = socket.recovered(); });
  TestClient again(server);
  const auto came = come_back(again);
  ASSERT_EQ(came.size(), 4u);
  EXPECT_EQ(came[0], R"(42["room",1,")" + last_text(came[0]) + "\"]");
  EXPECT_EQ(came[1], R"(451-["itself",{"_placeholder":true,"num":0},")" + last_text(came[1]) + "\"]");
  EXPECT_EQ(came[2], "binary bytes");
  EXPECT_EQ(came[3], same());
  EXPECT_TRUE(recovered);
  Socket& socket = *nsp.adapter().find(sid);
  EXPECT_THAT(socket.rooms(), ElementsAre(sid, "room"));
  EXPECT_EQ(socket.data(), R"({"name":"a"})");
}

TEST_F(SioRecovery, appends_no_offset_to_what_is_volatile_or_asks_for_an_ack) {
  TestClient one(server);
  join(one);
  Socket& socket = *nsp.adapter().find(sid);
  socket.emit_volatile("a");
  nsp.broadcast().volatile_().emit("b");
  socket.emit_with_ack(
      seconds(1), [](const Args*) {}, "c");
  EXPECT_THAT(one.take(), ElementsAre(R"(42["a"])", R"(42["b"])", R"(420["c"])"));
  socket.emit("d");
  nsp.broadcast().local().emit("e");
  for (const auto& packet : one.take()) EXPECT_FALSE(last_text(packet).size() < 5) << packet;
}

TEST_F(SioRecovery, tells_what_the_client_missed_from_its_own_emits_and_goes_on_after) {
  leave();
  TestClient again(server);
  come_back(again);
  nsp.adapter().find(sid)->emit("live");
  const auto came = again.take();
  ASSERT_EQ(came.size(), 1u);
  offset = last_text(came[0]);
  again.session().discard(eio::CloseReason::transport_error);
  TestClient third(server);
  EXPECT_THAT(come_back(third), ElementsAre(same())) << "and a second time, from where it was";
}

TEST_F(SioRecovery, gives_a_session_back_once) {
  leave();
  TestClient first(server), second(server);
  EXPECT_EQ(come_back(first).back(), same());
  EXPECT_NE(come_back(second).back(), same());
}

TEST_F(SioRecovery, keeps_who_lost_its_connection_and_not_who_left_or_broke_the_protocol) {
  for (const auto reason :
       {eio::CloseReason::transport_close, eio::CloseReason::transport_error, eio::CloseReason::ping_timeout,
        eio::CloseReason::forced_close, eio::CloseReason::server_shutting_down}) {
    EXPECT_TRUE(recovers(reason)) << static_cast<int>(reason);
  }
  EXPECT_FALSE(recovers(eio::CloseReason::parse_error));
}

TEST_F(SioRecovery, does_not_keep_who_left_the_namespace_or_was_sent_away) {
  for (const bool by_client : {true, false}) {
    TestClient one(server);
    join(one);
    nsp.emit("seen");
    offset = last_text(one.take().at(0));
    if (by_client) {
      one.text("41");
    } else {
      nsp.broadcast().disconnect_sockets();
    }
    TestClient again(server);
    EXPECT_NE(come_back(again).back(), same());
  }
}

TEST_F(SioRecovery, E19_asks_the_middlewares_again_and_forgets_who_is_refused) {
  leave();
  bool welcome = false;
  std::vector<bool> recovered;
  nsp.use([&](Socket& socket, Next next) {
    recovered.push_back(socket.recovered());
    if (!welcome) return next.refuse({"no longer", {}});
    next();
  });
  TestClient refused(server), again(server);
  EXPECT_THAT(come_back(refused), ElementsAre(R"(44{"message":"no longer"})"));
  welcome = true;
  EXPECT_NE(come_back(again).back(), same());
  EXPECT_THAT(recovered, ElementsAre(true, false));
}

TEST_F(SioRecovery, waits_on_when_the_connection_is_lost_again_before_the_middlewares_decided) {
  leave();
  std::vector<Next> waiting;
  nsp.use([&](Socket&, Next next) { waiting.push_back(std::move(next)); });
  TestClient again(server), third(server);
  EXPECT_THAT(come_back(again), IsEmpty());
  again.session().discard(eio::CloseReason::transport_close);
  nsp.emit("missed");
  EXPECT_THAT(come_back(third), IsEmpty());
  waiting.at(1)();
  const auto came = third.take();
  ASSERT_EQ(came.size(), 2u);
  EXPECT_EQ(came[1], same());
}

TEST_F(SioRecovery, what_comes_while_the_middlewares_decide_is_not_lost) {
  leave();
  std::vector<Next> waiting;
  nsp.use([&](Socket&, Next next) { waiting.push_back(std::move(next)); });
  TestClient again(server);
  come_back(again);
  nsp.emit("between");
  waiting.at(0)();
  nsp.emit("after");
  const auto came = again.take();
  ASSERT_EQ(came.size(), 3u);
  EXPECT_THAT(came[0], testing::StartsWith(R"(42["between",)"));
  EXPECT_EQ(came[1], same());
  EXPECT_THAT(came[2], testing::StartsWith(R"(42["after",)"));
}

class SioRecoveryThatSkips : public SioRecovery {
 protected:
  SioRecoveryThatSkips() : SioRecovery(with_recovery(true)) {}
};

TEST_F(SioRecoveryThatSkips, asks_no_middleware_for_who_comes_back_but_for_everybody_else) {
  leave();
  int asked = 0;
  nsp.use([&](Socket&, Next next) {
    ++asked;
    next();
  });
  TestClient again(server), fresh(server);
  EXPECT_EQ(come_back(again).back(), same());
  EXPECT_EQ(asked, 0);
  join(fresh);
  EXPECT_EQ(asked, 1);
}

TEST(SioWithoutRecovery, tells_no_second_secret_and_no_offsets) {
  net::Loop loop;
  Server server(loop, {});
  TestClient client(server);
  client.text(R"(40{"pid":"aaaaaaaaaaaaaaaaaaaa","offset":"x"})");
  const auto came = client.take();
  ASSERT_EQ(came.size(), 1u);
  EXPECT_EQ(came[0], R"(40{"sid":")" + last_text(came[0]) + "\"}");
  server.of("/").emit("hi");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["hi"])"));
}

} // namespace
} // namespace wire::sio
