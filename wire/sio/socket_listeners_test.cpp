// What listens to all of a socket's events, lets them pass or not, and hears of rooms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

class SioListeners : public test::ServerTest {
 protected:
  AnyHandler note(std::string who) {
    return [this, who = std::move(who)](Socket&, std::string_view event, const Args& args) {
      story.push_back(who + " " + std::string(event) + "(" + std::string(args.raw_all()) + ")");
    };
  }
  EventHandler handle(std::string who) {
    return [this, who = std::move(who)](Socket&, const Args&, Ack) { story.push_back(who); };
  }

  TestClient client{server};
  std::string id = client.connect();
  Socket& socket = *nsp.adapter().find(id);
  std::vector<std::string> story;
};

// --- in ---

TEST_F(SioListeners, hear_every_event_before_its_handler_the_namespace_s_first) {
  socket.on_any(note("socket"));
  nsp.on_any(note("namespace"));
  socket.on("hi", handle("handler"));
  client.text(R"(42["hi",1,{"a":2}])");
  client.text(R"(42["unheard"])");
  EXPECT_THAT(story, ElementsAre(R"(namespace hi(1,{"a":2}))", R"(socket hi(1,{"a":2}))", "handler",
                                 "namespace unheard()", "socket unheard()"));
}

TEST_F(SioListeners, that_end_the_socket_are_the_last_to_hear) {
  socket.on_any([](Socket& self, std::string_view, const Args&) { self.disconnect(); });
  socket.on_any(note("second"));
  socket.use([this](Socket&, std::string_view, const Args&) {
    story.emplace_back("middleware");
    return std::nullopt;
  });
  socket.on("hi", handle("handler"));
  client.text(R"(42["hi"])");
  EXPECT_THAT(story, IsEmpty());
  EXPECT_THAT(client.take(), ElementsAre("41"));
}

TEST_F(SioListeners, may_add_others_while_they_run) {
  socket.on_any([this](Socket& self, std::string_view, const Args&) { self.on_any(note("added")); });
  client.text(R"(42["hi"])");
  EXPECT_THAT(story, ElementsAre("added hi()"));
}

TEST_F(SioListeners, a_middleware_lets_an_event_pass_or_tells_the_error_handlers_why_not) {
  socket.use([](Socket&, std::string_view event, const Args& args) -> std::optional<std::string> {
    if (event == "secret" && args[0].string() != "please") return "unauthorized";
    return std::nullopt;
  });
  socket.use([this](Socket&, std::string_view event, const Args&) -> std::optional<std::string> {
    story.push_back("second " + std::string(event));
    return std::nullopt;
  });
  socket.on_error([this](Socket&, std::string_view error) { story.push_back("error " + std::string(error)); });
  socket.on("secret", handle("handler"));
  client.text(R"(42["secret"])");
  client.text(R"(42["secret","please"])");
  EXPECT_THAT(story, ElementsAre("error unauthorized", "second secret", "handler"));
  EXPECT_THAT(client.take(), IsEmpty()) << "the client is told nothing";
}

TEST_F(SioListeners, a_middleware_holds_back_the_namespace_s_handler_too_and_any_error_goes_unheard_without_handlers) {
  socket.use([](Socket&, std::string_view, const Args&) { return std::optional<std::string>("no"); });
  nsp.on("hi", handle("handler"));
  client.text(R"(421["hi"])");
  EXPECT_THAT(story, IsEmpty());
  EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(SioListeners, a_middleware_that_ends_the_socket_ends_the_event) {
  socket.use([](Socket& self, std::string_view, const Args&) -> std::optional<std::string> {
    self.disconnect();
    return std::nullopt;
  });
  nsp.on("hi", handle("handler"));
  client.text(R"(42["hi"])");
  EXPECT_THAT(story, IsEmpty());
}

TEST_F(SioListeners, an_error_handler_may_end_the_socket) {
  socket.use([](Socket&, std::string_view, const Args&) { return std::optional<std::string>("no"); });
  socket.on_error([](Socket& self, std::string_view) { self.disconnect(); });
  socket.on_error([this](Socket&, std::string_view) { story.emplace_back("second"); });
  client.text(R"(42["hi"])");
  EXPECT_THAT(story, IsEmpty());
  EXPECT_THAT(client.take(), ElementsAre("41"));
}

TEST_F(SioListeners, hear_of_a_packet_that_cannot_be_read_before_the_connection_ends) {
  socket.on_error([this](Socket&, std::string_view error) { story.push_back("error " + std::string(error)); });
  socket.on_disconnect([this](Socket&, DisconnectReason reason) { story.emplace_back(to_string(reason)); });
  client.text("42nonsense");
  EXPECT_THAT(story, ElementsAre("error invalid JSON", "forced close"));
}

TEST_F(SioListeners, of_such_a_packet_may_throw_or_end_the_socket_first) {
  server.of("/second");
  client.connect("/second");
  socket.on_error([](Socket&, std::string_view) { throw std::runtime_error("a listener"); });
  socket.on_error([](Socket& self, std::string_view) { self.disconnect(); });
  socket.on_error([this](Socket&, std::string_view) { story.emplace_back("third"); });
  socket.on_disconnect([this](Socket&, DisconnectReason reason) { story.emplace_back(to_string(reason)); });
  client.text("42nonsense");
  EXPECT_THAT(story, ElementsAre("server namespace disconnect"));
  EXPECT_TRUE(client.ended());
}

// --- out ---

TEST_F(SioListeners, hear_what_is_sent_emits_and_broadcasts_and_questions_but_not_acks) {
  socket.on_any_outgoing(note("out"));
  socket.on("ask", [](Socket&, const Args&, Ack ack) { ack("answer"); });
  client.text(R"(420["ask"])");
  socket.emit("one", 1);
  nsp.emit("all", "x");
  socket.emit_with_ack(
      seconds(1), [](const Args*) {}, "question");
  nsp.broadcast().emit_with_ack(
      seconds(1), [](bool, const std::vector<Payload>&) {}, "everybody");
  nsp.except(id).emit("others");
  EXPECT_THAT(story, ElementsAre("out one(1)", R"(out all("x"))", "out question()", "out everybody()"));
}

TEST_F(SioListeners, hear_the_bytes_that_are_sent) {
  socket.on_any_outgoing([this](Socket&, std::string_view event, const Args& args) {
    story.push_back(std::string(event) + " " + std::string(args.binary(args[0]).value_or("none")));
  });
  socket.emit("one", Binary{"bytes"});
  nsp.emit("all", Binary{"more"});
  EXPECT_THAT(story, ElementsAre("one bytes", "all more"));
}

TEST_F(SioListeners, to_what_is_sent_may_throw_or_end_the_socket) {
  socket.on_any_outgoing([](Socket&, std::string_view, const Args&) { throw std::runtime_error("a listener"); });
  socket.on_any_outgoing([](Socket& self, std::string_view, const Args&) { self.disconnect(); });
  socket.on_any_outgoing(note("third"));
  nsp.emit("hi");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["hi"])", "41"));
  EXPECT_THAT(story, IsEmpty());
}

// --- the application's own ---

TEST_F(SioListeners, data_is_an_empty_object_until_it_is_set) {
  EXPECT_EQ(socket.data(), "{}");
  socket.set_data(R"({"name":"a"})");
  EXPECT_EQ(socket.data(), R"({"name":"a"})");
}

TEST_F(SioListeners, fetch_sockets_tells_ids_rooms_handshake_and_data) {
  socket.set_data(R"({"name":"a"})");
  socket.join("room");
  TestClient other(server);
  other.connect();
  bool told = false;
  nsp.to("room").fetch_sockets([&](bool complete, const std::vector<RemoteSocket>& sockets) {
    told = true;
    EXPECT_TRUE(complete);
    ASSERT_EQ(sockets.size(), 1u);
    EXPECT_EQ(sockets[0].id, id);
    EXPECT_THAT(sockets[0].rooms, ElementsAre(id, "room"));
    EXPECT_EQ(sockets[0].data, R"({"name":"a"})");
    EXPECT_EQ(sockets[0].handshake, socket.handshake().to_json());
  });
  EXPECT_TRUE(told);
}

// --- rooms ---

struct RoomStory final : AdapterObserver {
  std::vector<std::string> told;
  void on_create_room(std::string_view room) override { told.push_back("create " + std::string(room)); }
  void on_join_room(std::string_view room, const Socket&) override { told.push_back("join " + std::string(room)); }
  void on_leave_room(std::string_view room, const Socket&) override { told.push_back("leave " + std::string(room)); }
  void on_delete_room(std::string_view room) override { told.push_back("delete " + std::string(room)); }
};

TEST_F(SioListeners, an_observer_of_the_adapter_hears_of_rooms_as_they_come_and_go) {
  RoomStory rooms;
  nsp.adapter().set_observer(&rooms);
  TestClient other(server);
  const std::string other_id = other.connect();
  Socket& second = *nsp.adapter().find(other_id);
  second.join("a");
  second.join("a");
  socket.join("a");
  second.leave("a");
  second.leave("a");
  second.join("b");
  other.text("41");
  socket.leave("a");
  EXPECT_THAT(rooms.told, ElementsAre("create " + other_id, "join " + other_id, "create a", "join a", "join a",
                                      "leave a", "create b", "join b", "leave b", "delete b", "leave " + other_id,
                                      "delete " + other_id, "leave a", "delete a"));
  nsp.adapter().set_observer(nullptr);
}

// --- broadcasts with acks ---

class SioBroadcastAck : public SioListeners {
 protected:
  AnswersHandler record() {
    return [this](bool complete, const std::vector<Payload>& answers) {
      story.emplace_back(complete ? "complete" : "incomplete");
      for (const Payload& answer : answers) story.emplace_back(answer.json());
    };
  }
  TestClient other{server};
  std::string other_id = other.connect();
};

TEST_F(SioBroadcastAck, gathers_everybody_s_first_argument) {
  nsp.broadcast().emit_with_ack(seconds(1), record(), "ask", 1);
  EXPECT_THAT(client.take(), ElementsAre(R"(420["ask",1])"));
  EXPECT_THAT(other.take(), ElementsAre(R"(420["ask",1])")) << "one id for all";
  other.text(R"(430["other","ignored"])");
  EXPECT_THAT(story, IsEmpty());
  client.text("430[]");
  EXPECT_THAT(story, ElementsAre("complete", R"("other")", "null"));
}

TEST_F(SioBroadcastAck, asks_nobody_at_once) {
  nsp.to("empty").emit_with_ack(seconds(1), record(), "ask");
  EXPECT_THAT(story, ElementsAre("complete"));
}

TEST_F(SioBroadcastAck, tells_what_came_when_time_is_up) {
  nsp.broadcast().emit_with_ack(seconds(1), record(), "ask");
  client.text("430[1]");
  client.text("430[2]"); // a second time
  pass(milliseconds(900));
  EXPECT_THAT(story, IsEmpty());
  pass(milliseconds(200));
  EXPECT_THAT(story, ElementsAre("incomplete", "1"));
  other.text("430[3]");
  EXPECT_EQ(story.size(), 2u);
}

TEST_F(SioBroadcastAck, does_not_wait_for_who_left) {
  nsp.broadcast().emit_with_ack(seconds(1), record(), "ask");
  client.text("430[1]");
  other.text("41");
  EXPECT_THAT(story, ElementsAre("incomplete", "1"));
}

TEST_F(SioBroadcastAck, brings_bytes_along) {
  nsp.to(id).emit_with_ack(
      seconds(1), [this](bool, const std::vector<Payload>& answers) { story = answers.at(0).attachments(); }, "ask");
  client.text(R"(461-0[{"_placeholder":true,"num":0}])");
  client.binary("bytes");
  EXPECT_THAT(story, ElementsAre("bytes"));
}

} // namespace
} // namespace wire::sio
