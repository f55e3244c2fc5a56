#include "wire/sio/namespace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;

class SioNamespace : public test::ServerTest {
 protected:
  EventHandler tell(std::string what) {
    return [this, what = std::move(what)](Socket&, const Args& args, Ack) {
      story.push_back(what + "(" + std::string(args.raw_all()) + ")");
    };
  }
  std::vector<std::string> story;
};

TEST_F(SioNamespace, has_a_name_with_a_slash_and_is_made_once) {
  Namespace& admin = server.of("admin");
  EXPECT_EQ(admin.name(), "/admin");
  EXPECT_EQ(&server.of("/admin"), &admin);
  EXPECT_EQ(server.find("/admin"), &admin);
  EXPECT_EQ(server.find("admin"), nullptr);
  EXPECT_EQ(nsp.name(), "/");
}

TEST_F(SioNamespace, is_not_there_unless_it_was_asked_for) {
  ServerOptions options;
  options.main_namespace = false;
  Server other(loop, options);
  EXPECT_EQ(other.find("/"), nullptr);
  TestClient client(other);
  client.text("40");
  EXPECT_THAT(client.take(), ElementsAre(R"(44{"message":"Invalid namespace"})"));
}

TEST_F(SioNamespace, handles_the_events_of_all_its_sockets) {
  nsp.on("hi", tell("hi"));
  TestClient one(server), two(server);
  one.connect();
  two.connect();
  one.text(R"(42["hi",1])");
  two.text(R"(42["hi",2])");
  EXPECT_THAT(story, ElementsAre("hi(1)", "hi(2)"));
}

TEST_F(SioNamespace, has_one_handler_for_an_event_and_the_socket_s_own_goes_first) {
  nsp.on("hi", tell("first"));
  nsp.on("hi", tell("second"));
  TestClient client(server);
  Socket& socket = client.socket();
  client.text(R"(42["hi"])");
  socket.on("hi", tell("own"));
  client.text(R"(42["hi"])");
  EXPECT_THAT(story, ElementsAre("second()", "own()"));
}

TEST_F(SioNamespace, E5_ignores_events_that_nobody_handles) {
  TestClient client(server);
  client.connect();
  for (const char* packet : {R"(42["error",{}])", R"(42["connection"])", R"(42[7])", "42", R"(420["unknown"])"}) {
    client.text(packet);
  }
  EXPECT_THAT(client.take(), IsEmpty());
  EXPECT_FALSE(client.ended());
}

TEST_F(SioNamespace, may_answer_events_that_nobody_handles) {
  nsp.on("known", tell("known"));
  nsp.on_unhandled([this](Socket&, std::string_view event, const Args&, Ack ack) {
    story.push_back("unhandled " + std::string(event));
    ack("what?");
  });
  TestClient client(server);
  client.connect();
  client.text(R"(42["known"])");
  client.text(R"(420["unknown"])");
  EXPECT_THAT(story, ElementsAre("known()", "unhandled unknown"));
  EXPECT_THAT(client.take(), ElementsAre(R"(430["what?"])"));
}

TEST_F(SioNamespace, tells_of_every_event_before_it_is_handled) {
  nsp.on("hi", tell("hi"));
  nsp.on_any([this](Socket&, std::string_view event, const Args& args) {
    story.push_back("any " + std::string(event) + "(" + std::string(args.raw_all()) + ")");
  });
  TestClient client(server);
  Socket& socket = client.socket();
  socket.on("own", tell("own"));
  client.text(R"(42["hi",1])");
  client.text(R"(42["own",2])");
  client.text(R"(42["nobody",3])");
  EXPECT_THAT(story, ElementsAre("any hi(1)", "hi(1)", "any own(2)", "own(2)", "any nobody(3)"));
}

TEST_F(SioNamespace, keeps_its_sockets_apart_from_those_of_others) {
  Namespace& admin = server.of("admin");
  TestClient one(server), two(server);
  one.connect();
  two.connect("/admin");
  nsp.emit("main");
  admin.emit("admin");
  EXPECT_THAT(one.take(), ElementsAre(R"(42["main"])"));
  EXPECT_THAT(two.take(), ElementsAre(R"(42/admin,["admin"])"));
}

TEST_F(SioNamespace, emits_to_rooms_in_steps_that_do_not_disturb_each_other) {
  TestClient one(server), two(server), three(server);
  one.socket().join("a");
  two.socket().join("b");
  Socket& third = three.socket();
  third.join("a");
  third.join("b");
  const Broadcast a = nsp.to("a");
  const Broadcast both = a.to("b"), without = both.except(third.id());
  a.emit("a");
  both.emit("both");
  without.emit("without");
  nsp.except("a").emit("no a");
  EXPECT_THAT(one.take(), ElementsAre(R"(42["a"])", R"(42["both"])", R"(42["without"])"));
  EXPECT_THAT(two.take(), ElementsAre(R"(42["both"])", R"(42["without"])", R"(42["no a"])"));
  EXPECT_THAT(three.take(), ElementsAre(R"(42["a"])", R"(42["both"])"));
}

TEST_F(SioNamespace, emits_for_a_socket_to_the_others) {
  TestClient one(server), two(server), three(server);
  Socket& first = one.socket();
  first.join("room");
  two.socket().join("room");
  three.connect();
  first.broadcast().emit("all");
  first.to("room").emit("room");
  first.except("room").emit("others");
  EXPECT_THAT(one.take(), IsEmpty());
  EXPECT_THAT(two.take(), ElementsAre(R"(42["all"])", R"(42["room"])"));
  EXPECT_THAT(three.take(), ElementsAre(R"(42["all"])", R"(42["others"])"));
}

TEST_F(SioNamespace, moves_and_disconnects_many_at_once) {
  TestClient one(server), two(server);
  Socket& first = one.socket();
  Socket& second = two.socket();
  first.join("a");
  nsp.to("a").sockets_join("b");
  EXPECT_TRUE(first.in_room("b"));
  EXPECT_FALSE(second.in_room("b"));
  nsp.broadcast().sockets_leave("b");
  EXPECT_FALSE(first.in_room("b"));
  nsp.to("a").disconnect_sockets();
  EXPECT_THAT(one.take(), ElementsAre("41"));
  EXPECT_FALSE(one.ended());
  nsp.broadcast().disconnect_sockets(true);
  EXPECT_EQ(two.take().at(0), "41");
  EXPECT_TRUE(two.ended());
  EXPECT_EQ(nsp.socket_count(), 0u);
}

} // namespace
} // namespace wire::sio
