#include "wire/cluster/local_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "wire/net/test_support.h"
#include "wire/sio/test_support.h"

namespace wire::cluster {
namespace {

using net::test::run_turns;
using sio::test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;

// Two loops that the test runs itself, one after the other.
class LocalBusTest : public testing::Test {
 protected:
  struct Part {
    Part(int index, const LocalBus& bus) : loop(index), port(bus), server(loop, {}, &port) { port.set_own(server); }
    sio::Adapter& adapter() { return server.of("/").adapter(); }
    net::Loop loop;
    LocalPort port;
    sio::Server server;
  };
  LocalBusTest() {
    bus.add(here.server);
    bus.add(there.server);
  }
  void tell(const std::string& room) {
    sio::BroadcastOptions options;
    if (!room.empty()) options.rooms = {room};
    here.adapter().emit("told", sio::Payload::of(room), options);
  }
  std::uint64_t posted_by(const std::function<void()>& what) {
    const std::uint64_t before = here.port.posted();
    what();
    return here.port.posted() - before;
  }

  LocalBus bus;
  Part here{0, bus}, there{1, bus};
};

TEST_F(LocalBusTest, a_broadcast_is_posted_only_to_loops_that_have_members_of_its_rooms) {
  EXPECT_EQ(posted_by([&] { tell(""); }), 0u) << "nobody is there";
  TestClient client(there.server);
  sio::Socket& socket = client.socket();
  EXPECT_EQ(posted_by([&] { tell("room"); }), 0u);
  EXPECT_EQ(posted_by([&] { tell(""); }), 1u) << "everybody";
  EXPECT_EQ(posted_by([&] { tell(socket.id()); }), 1u);
  socket.join("room");
  EXPECT_EQ(posted_by([&] { tell("room"); }), 1u);
  run_turns(there.loop);
  EXPECT_THAT(client.take(),
              ElementsAre(R"(42["told",""])", R"(42["told",")" + socket.id() + R"("])", R"(42["told","room"])"));
  socket.leave("room");
  EXPECT_EQ(posted_by([&] { tell("room"); }), 0u);
}

TEST_F(LocalBusTest, one_of_several_rooms_is_enough) {
  TestClient client(there.server);
  client.socket().join("b");
  EXPECT_EQ(posted_by([&] { here.adapter().emit("told", {}, {.rooms = {"a", "b"}, .except = {}, .flags = {}}); }), 1u);
  EXPECT_EQ(posted_by([&] { here.adapter().emit("told", {}, {.rooms = {"a", "c"}, .except = {}, .flags = {}}); }), 0u);
}

TEST_F(LocalBusTest, a_room_that_is_being_joined_counts_before_it_is_joined) {
  TestClient client(there.server);
  client.socket().join("a");
  here.adapter().sockets_join({.rooms = {"a"}, .except = {}, .flags = {}}, {"b"});
  here.adapter().sockets_join({.rooms = {"b"}, .except = {}, .flags = {}}, {"c"});
  EXPECT_EQ(posted_by([&] { tell("c"); }), 1u) << "though the other loop has not run yet";
  run_turns(there.loop);
  EXPECT_THAT(client.take(), ElementsAre(R"(42["told","c"])"));
  here.adapter().sockets_leave({.rooms = {"c"}, .except = {}, .flags = {}}, {"c"});
  run_turns(there.loop);
  EXPECT_EQ(posted_by([&] { tell("c"); }), 0u);
}

TEST_F(LocalBusTest, who_leaves_takes_its_rooms_along) {
  {
    TestClient client(there.server);
    client.socket().join("room");
    here.adapter().disconnect_sockets({.rooms = {"room"}, .except = {}, .flags = {}}, true);
    run_turns(there.loop);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_EQ(posted_by([&] { tell("room"); }), 0u);
  EXPECT_EQ(posted_by([&] { tell(""); }), 0u);
}

} // namespace
} // namespace wire::cluster
