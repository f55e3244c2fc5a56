#include "wire/sio/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

ServerOptions small() {
  ServerOptions options;
  options.connects_per_client_max = 3;
  options.connect_timeout = seconds(10);
  return options;
}

class SioClient : public test::ServerTest {
 protected:
  SioClient() : ServerTest(small()) {
    for (Namespace* each : {&nsp, &admin}) {
      each->on_connection([this](Socket&) { ++connections; });
      each->on_disconnect([this](Socket& socket, DisconnectReason reason) {
        left.push_back(socket.nsp().name() + " " + std::string(to_string(reason)));
      });
    }
  }

  Namespace& admin = server.of("admin");
  int connections = 0;
  std::vector<std::string> left; // "/ transport close"
};

// --- connect ---

TEST_F(SioClient, joins_a_namespace_under_an_id_that_is_not_its_session_s) {
  TestClient client(server);
  const std::string id = client.connect();
  EXPECT_EQ(id.size(), 20u);
  EXPECT_NE(id, client.session().sid()) << "that one is a secret (threats E13)";
  EXPECT_EQ(connections, 1);
  ASSERT_TRUE(nsp.adapter().find(id));
  EXPECT_TRUE(nsp.adapter().find(id)->connected());
  EXPECT_EQ(nsp.socket_count(), 1u);
}

TEST_F(SioClient, joins_several_namespaces_over_one_connection) {
  TestClient client(server);
  const std::string main = client.connect(), other = client.connect("/admin");
  EXPECT_NE(main, other);
  EXPECT_EQ(connections, 2);
  EXPECT_EQ(admin.socket_count(), 1u);
}

TEST_F(SioClient, is_told_that_a_namespace_does_not_exist_and_stays) {
  TestClient client(server);
  client.text("40/nowhere,");
  EXPECT_THAT(client.take(), ElementsAre(R"(44/nowhere,{"message":"Invalid namespace"})"));
  client.text("40/__proto__,");
  EXPECT_THAT(client.take(), ElementsAre(R"(44/__proto__,{"message":"Invalid namespace"})"));
  EXPECT_FALSE(client.ended());
  client.connect();
}

TEST_F(SioClient, gives_its_auth_to_the_socket) {
  std::string auth;
  nsp.on_connection([&](Socket& socket) { auth = socket.handshake().auth(); });
  TestClient client(server);
  client.text(R"(40{"token":"secret"})");
  EXPECT_EQ(auth, R"({"token":"secret"})");
  TestClient other(server);
  other.connect();
  EXPECT_EQ(auth, "{}");
}

TEST_F(SioClient, E25_may_ask_for_N_namespaces_and_is_closed_for_one_more) {
  TestClient client(server);
  for (const char* name : {"a", "b", "c"}) client.text("40/" + std::string(name) + ",");
  EXPECT_EQ(client.take().size(), 3u);
  EXPECT_FALSE(client.ended());
  client.text("40/d,");
  EXPECT_THAT(client.take(), testing::Each("close"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SioClient, E25_is_closed_for_a_second_connect_to_a_namespace) {
  TestClient client(server);
  client.connect();
  client.text("40");
  EXPECT_TRUE(client.ended());
  EXPECT_THAT(left, ElementsAre("/ forced close"));
}

TEST_F(SioClient, E25_is_closed_for_a_second_connect_while_the_first_is_not_decided) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.text("40");
  client.text("40");
  EXPECT_EQ(deciding.size(), 1u);
  EXPECT_TRUE(client.ended());
  deciding[0]();
  EXPECT_EQ(connections, 0);
  EXPECT_THAT(left, IsEmpty()) << "it was never there";
}

TEST_F(SioClient, may_come_again_to_a_namespace_that_it_left) {
  TestClient client(server);
  const std::string first = client.connect();
  client.text("41");
  EXPECT_NE(client.connect(), first);
  EXPECT_EQ(nsp.socket_count(), 1u);
}

// --- the first namespace must be joined in time ---

TEST_F(SioClient, is_closed_when_it_joins_nothing_in_time) {
  TestClient client(server);
  client.text("40/nowhere,");
  client.take();
  pass(milliseconds(9'900));
  EXPECT_FALSE(client.ended());
  pass(milliseconds(200));
  EXPECT_EQ(client.take().at(0), "abort");
  EXPECT_TRUE(client.ended());
}

TEST_F(SioClient, is_closed_when_no_middleware_decides_in_time) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.text("40");
  pass(milliseconds(10'100));
  EXPECT_TRUE(client.ended());
}

TEST_F(SioClient, may_stay_without_a_namespace_once_it_was_in_one) {
  TestClient client(server);
  client.connect();
  client.text("41");
  pass(seconds(60));
  EXPECT_FALSE(client.ended());
}

// --- middlewares ---

TEST_F(SioClient, is_asked_about_by_each_middleware_in_order) {
  std::vector<std::string> asked;
  nsp.use([&](Socket& socket, Next next) {
    EXPECT_FALSE(socket.connected());
    asked.emplace_back("first");
    next();
  });
  nsp.use([&](Socket&, Next next) {
    asked.emplace_back("second");
    next();
  });
  TestClient client(server);
  client.connect();
  EXPECT_THAT(asked, ElementsAre("first", "second"));
  EXPECT_EQ(connections, 1);
}

TEST_F(SioClient, is_refused_by_the_first_that_says_no_and_stays) {
  bool asked = false;
  nsp.use([](Socket&, Next next) { next.refuse({"not you", R"({"code":7})"}); });
  nsp.use([&](Socket&, Next next) {
    asked = true;
    next();
  });
  admin.use([](Socket&, Next next) { next.refuse({"nor \"you\"", {}}); });
  TestClient client(server);
  client.text("40");
  client.text("40/admin,");
  EXPECT_THAT(client.take(),
              ElementsAre(R"(44{"message":"not you","data":{"code":7}})", R"(44/admin,{"message":"nor \"you\""})"));
  EXPECT_FALSE(asked);
  EXPECT_EQ(connections, 0);
  EXPECT_EQ(nsp.socket_count(), 0u);
  EXPECT_THAT(left, IsEmpty());
  EXPECT_FALSE(client.ended());
  client.text("40");
  EXPECT_EQ(client.take().size(), 1u) << "it may try again";
}

TEST_F(SioClient, may_be_decided_later) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.text("40");
  EXPECT_THAT(client.take(), IsEmpty());
  EXPECT_EQ(connections, 0);
  deciding[0]();
  EXPECT_THAT(client.take(), ElementsAre(StartsWith(R"(40{"sid":")")));
  EXPECT_EQ(connections, 1);
  deciding[0]();
  EXPECT_THAT(client.take(), IsEmpty()) << "only the first answer counts";
}

TEST_F(SioClient, is_refused_when_a_middleware_forgets_it) {
  nsp.use([](Socket&, Next) {});
  TestClient client(server);
  client.text("40");
  EXPECT_THAT(client.take(), ElementsAre(R"(44{"message":"internal"})"));
}

TEST_F(SioClient, F20_is_refused_when_a_middleware_throws) {
  nsp.use([](Socket&, Next) { throw std::runtime_error("broken"); });
  TestClient client(server);
  client.text("40");
  EXPECT_THAT(client.take(), ElementsAre(R"(44{"message":"internal"})"));
  EXPECT_FALSE(client.ended());
  EXPECT_EQ(nsp.socket_count(), 0u);
}

TEST_F(SioClient, hears_what_a_middleware_emits_before_it_is_connected) {
  nsp.use([](Socket& socket, Next next) {
    socket.emit("session", "abc");
    next();
  });
  TestClient client(server);
  client.text("40");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["session","abc"])", StartsWith("40{")));
}

TEST_F(SioClient, is_in_no_room_when_it_was_refused) {
  nsp.use([](Socket& socket, Next next) {
    EXPECT_TRUE(socket.join("room"));
    next.refuse({"no", {}});
  });
  TestClient client(server);
  client.text("40");
  EXPECT_EQ(nsp.adapter().room("room"), nullptr);
}

TEST_F(SioClient, hears_no_broadcast_before_it_is_connected) {
  std::vector<Next> deciding;
  nsp.use([&](Socket& socket, Next next) {
    socket.join("room");
    deciding.push_back(std::move(next));
  });
  TestClient client(server);
  client.text("40");
  nsp.emit("secret");
  nsp.to("room").emit("secret");
  nsp.to("room").to("other").emit("secret");
  EXPECT_THAT(client.take(), IsEmpty());
  deciding[0]();
  client.take();
  nsp.to("room").emit("open");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["open"])"));
}

TEST_F(SioClient, is_dropped_silently_when_it_left_while_a_middleware_decided) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.text("40");
  client.text("1");
  deciding[0]();
  EXPECT_EQ(connections, 0);
  EXPECT_EQ(nsp.socket_count(), 0u);
  EXPECT_THAT(left, IsEmpty());
}

TEST_F(SioClient, is_dropped_silently_when_it_is_being_closed_while_a_middleware_decides) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.transport.closes_at_once = false;
  client.text("40");
  client.text("4"); // wrong
  deciding[0]();
  EXPECT_EQ(connections, 0);
  EXPECT_EQ(nsp.socket_count(), 0u);
}

TEST_F(SioClient, may_be_decided_after_its_connection_is_gone) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.text("40");
  client.drop();
  deciding[0].refuse({"too late", {}});
  EXPECT_THAT(client.take(), IsEmpty());
}

// --- packets in the wrong state ---

TEST_F(SioClient, E26_is_closed_for_a_packet_of_a_namespace_that_it_did_not_join) {
  for (const char* packet : {R"(42["hi"])", R"(42/admin,["hi"])", "41", "41/admin,", "430[]", "43/nowhere,0[]"}) {
    TestClient client(server);
    client.text(packet);
    EXPECT_THAT(client.take(), testing::Each("close")) << packet;
    EXPECT_TRUE(client.ended()) << packet;
  }
}

TEST_F(SioClient, E26_is_closed_for_an_event_before_it_is_decided) {
  std::vector<Next> deciding;
  nsp.use([&](Socket&, Next next) { deciding.push_back(std::move(next)); });
  TestClient client(server);
  client.text("40");
  client.text(R"(42["hi"])");
  EXPECT_TRUE(client.ended());
}

TEST_F(SioClient, E6_is_closed_when_it_announces_attachments_before_it_is_connected) {
  TestClient client(server);
  client.text(R"(451-["hi",{"_placeholder":true,"num":0}])");
  EXPECT_TRUE(client.ended());
}

TEST_F(SioClient, takes_all_its_sockets_along_when_a_packet_is_wrong) {
  for (const char* packet : {"4", "49", R"(42["hi")", R"(42["disconnect"])", "40[]", R"(450-["hi"])"}) {
    left.clear();
    TestClient client(server);
    client.connect();
    client.connect("/admin");
    client.text(packet);
    EXPECT_THAT(left, ElementsAre("/ forced close", "/admin forced close")) << packet;
    EXPECT_EQ(client.take().at(0), "close") << "and no Socket.IO packet before";
  }
}

// Where no poll waits, the client hears of the end with its next one; what Node tells the sockets differs.
TEST_F(SioClient, ends_for_a_wrong_packet_when_the_next_poll_comes) {
  TestClient client(server);
  client.connect();
  client.transport.closes_at_once = false;
  client.text(R"(42["hi")");
  EXPECT_THAT(left, IsEmpty());
  client.session().on_flushed();
  EXPECT_THAT(left, ElementsAre("/ forced close"));
}

TEST_F(SioClient, ends_for_a_packet_in_the_wrong_state_at_once) {
  TestClient client(server);
  client.connect();
  client.transport.closes_at_once = false;
  client.text("42/admin,[\"hi\"]");
  EXPECT_THAT(left, ElementsAre("/ forced server close"));
  client.session().on_flushed();
  EXPECT_EQ(left.size(), 1u);
}

// --- attachments ---

TEST_F(SioClient, E6_is_closed_when_attachments_do_not_come) {
  TestClient client(server);
  client.connect();
  client.text(R"(452-["hi"])");
  pass(milliseconds(6'000));
  client.binary("one");
  pass(milliseconds(3'900));
  EXPECT_FALSE(client.ended());
  pass(milliseconds(200));
  EXPECT_TRUE(client.ended()) << "the time is that of the packet, not of each attachment";
}

TEST_F(SioClient, waits_for_nothing_once_the_attachments_have_come) {
  int events = 0;
  nsp.on("hi", [&](Socket&, const Args&, Ack) { ++events; });
  TestClient client(server);
  client.connect();
  for (int i = 0; i < 2; ++i) {
    client.text(R"(451-["hi"])");
    EXPECT_TRUE(loop.timers().next_wake());
    client.binary("x");
    EXPECT_FALSE(loop.timers().next_wake()) << "else the time of the next packet would be shorter";
  }
  EXPECT_EQ(events, 2);
}

// --- the end ---

TEST_F(SioClient, leaves_one_namespace_and_keeps_the_other) {
  TestClient client(server);
  client.connect();
  client.connect("/admin");
  client.text("41/admin,");
  EXPECT_THAT(left, ElementsAre("/admin client namespace disconnect"));
  EXPECT_THAT(client.take(), IsEmpty()) << "nothing is sent back";
  EXPECT_EQ(admin.socket_count(), 0u);
  EXPECT_EQ(nsp.socket_count(), 1u);
  client.text(R"(42/admin,["hi"])");
  EXPECT_TRUE(client.ended());
}

TEST_F(SioClient, leaves_for_the_reason_for_which_its_connection_ends) {
  using eio::CloseReason;
  for (const CloseReason reason :
       {CloseReason::transport_close, CloseReason::transport_error, CloseReason::ping_timeout, CloseReason::parse_error,
        CloseReason::forced_close, CloseReason::server_shutting_down}) {
    left.clear();
    TestClient client(server);
    client.connect();
    client.session().on_transport_closed(reason);
    EXPECT_THAT(left, ElementsAre("/ " + std::string(eio::to_string(reason))));
    EXPECT_EQ(nsp.socket_count(), 0u);
  }
}

TEST_F(SioClient, F20_lives_on_when_a_handler_throws) {
  nsp.on_connection([](Socket&) { throw std::runtime_error("connection"); });
  nsp.on("broken", [](Socket&, const Args&, Ack) { throw std::runtime_error("event"); });
  nsp.on("works", [](Socket&, const Args&, Ack ack) { ack(1); });
  TestClient client(server);
  client.connect();
  client.text(R"(420["broken"])");
  client.text(R"(421["works"])");
  EXPECT_THAT(client.take(), ElementsAre("431[1]"));
  EXPECT_FALSE(client.ended());
}

TEST_F(SioClient, F20_leaves_in_order_when_a_disconnect_handler_throws) {
  nsp.on_disconnecting([](Socket&, DisconnectReason) { throw std::runtime_error("disconnecting"); });
  nsp.on_disconnect([](Socket&, DisconnectReason) { throw 7; });
  TestClient client(server);
  Socket& socket = client.socket();
  socket.join("room");
  socket.on_disconnect([this](Socket&, DisconnectReason) { left.emplace_back("its own"); });
  client.connect("/admin");
  client.text("1");
  EXPECT_EQ(nsp.socket_count(), 0u);
  EXPECT_EQ(nsp.adapter().room_count(), 0u);
  EXPECT_THAT(left, ElementsAre("/ transport close", "its own", "/admin transport close"));
}

} // namespace
} // namespace wire::sio
