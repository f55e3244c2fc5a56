#include "wire/sio/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "wire/base/limits.h"
#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;

class SioSocket : public test::ServerTest {
 protected:
  // Writes down what an emit with ack came back with: "1,2", or "nothing".
  AckHandler note() {
    return [this](const Args* answer) { answers.push_back(answer ? std::string(answer->raw_all()) : "nothing"); };
  }

  std::vector<std::string> answers; // first: the end of a client is an answer too
  TestClient client{server};
  std::string id = client.connect();
  Socket& socket = *nsp.adapter().find(id);
};

// --- emit ---

TEST_F(SioSocket, emits_events_with_any_arguments) {
  socket.emit("none");
  socket.emit("some", 1, "a\"b", nullptr, RawJson{R"({"c":[]})"});
  EXPECT_THAT(client.take(), ElementsAre(R"(42["none"])", R"(42["some",1,"a\"b",null,{"c":[]}])"));
}

TEST_F(SioSocket, names_its_namespace_unless_that_is_the_main_one) {
  server.of("admin");
  client.connect("/admin");
  server.of("/admin").emit("all");
  Socket& there = *server.find("/admin")->adapter().select({}).at(0);
  there.emit("one", Binary{"x"});
  EXPECT_THAT(client.take(),
              ElementsAre(R"(42/admin,["all"])", R"(451-/admin,["one",{"_placeholder":true,"num":0}])", "binary x"));
}

TEST_F(SioSocket, emits_bytes_as_attachments_behind_the_packet) {
  socket.emit("file", Binary{"one"}, "name", Binary{"two"});
  EXPECT_THAT(client.take(), ElementsAre(R"(452-["file",{"_placeholder":true,"num":0},"name",)"
                                         R"({"_placeholder":true,"num":1}])",
                                         "binary one", "binary two"));
}

TEST_F(SioSocket, drops_volatile_events_while_it_is_not_writable) {
  client.transport.ready = false;
  socket.emit_volatile("lost", 1);
  socket.emit("kept");
  client.transport.ready = true;
  socket.emit_volatile("sent", 2);
  EXPECT_THAT(client.take(), ElementsAre(R"(42["kept"])", R"(42["sent",2])"));
}

TEST_F(SioSocket, ends_the_connection_instead_of_queueing_without_end) {
  std::vector<std::string> reasons;
  socket.on_disconnect([&](Socket&, DisconnectReason reason) { reasons.emplace_back(to_string(reason)); });
  client.transport.verdict = Pressure::hard;
  socket.emit("fits");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["fits"])"));
  client.transport.verdict = Pressure::full;
  socket.emit("too much");
  EXPECT_EQ(client.take().at(0), "abort");
  EXPECT_THAT(reasons, ElementsAre("transport error"));
}

TEST_F(SioSocket, emits_nothing_once_it_left) {
  const auto keep = socket.shared_from_this();
  client.text("41");
  socket.emit("late");
  socket.emit_volatile("late");
  socket.emit_with_ack(seconds(1), note(), "late");
  EXPECT_THAT(answers, ElementsAre("nothing"));
  EXPECT_FALSE(socket.writable());
  EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(SioSocket, may_not_emit_reserved_events) {
  EXPECT_DEATH(socket.emit("disconnect"), "reserved");
  EXPECT_DEATH(socket.emit_with_ack(seconds(1), note(), "connect"), "reserved");
}

// --- events and their acks ---

TEST_F(SioSocket, hears_events_and_may_answer_now) {
  socket.on("sum", [](Socket&, const Args& args, Ack ack) {
    EXPECT_TRUE(ack);
    ack(*args[0].integer() + *args[1].integer());
  });
  client.text(R"(427["sum",1,2])");
  EXPECT_THAT(client.take(), ElementsAre("437[3]"));
}

TEST_F(SioSocket, may_answer_later_and_at_most_once) {
  std::vector<Ack> acks;
  socket.on("ask", [&](Socket&, const Args&, Ack ack) { acks.push_back(std::move(ack)); });
  client.text(R"(420["ask"])");
  client.text(R"(421["ask"])");
  EXPECT_THAT(client.take(), IsEmpty());
  acks[1]("b", Binary{"x"});
  acks[0]();
  EXPECT_THAT(client.take(), ElementsAre(R"(461-1["b",{"_placeholder":true,"num":0}])", "binary x", "430[]"));
  EXPECT_FALSE(acks[1]);
  acks[1]("again");
  acks[0].send({});
  EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(SioSocket, answers_nobody_who_did_not_ask_or_has_left) {
  std::vector<Ack> acks;
  socket.on("ask", [&](Socket&, const Args&, Ack ack) { acks.push_back(std::move(ack)); });
  client.text(R"(42["ask"])");
  client.text(R"(420["ask"])");
  EXPECT_FALSE(acks[0]);
  acks[0]("x");
  client.text("41");
  acks[1]("x");
  EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(SioSocket, hears_an_event_without_a_name) {
  int heard = 0;
  socket.on("", [&](Socket&, const Args& args, Ack) { heard += args.empty() ? 1 : 0; });
  client.text("42");
  EXPECT_EQ(heard, 1);
}

TEST_F(SioSocket, may_leave_in_the_handler_of_an_event) {
  const auto kept = std::make_shared<std::string>("still here");
  std::weak_ptr<std::string> watched = kept;
  socket.on("bye", [captured = kept](Socket& own, const Args&, Ack) {
    own.disconnect();
    EXPECT_EQ(*captured, "still here") << "what a running handler holds must outlive its call";
  });
  client.text(R"(42["bye"])");
  EXPECT_THAT(client.take(), ElementsAre("41"));
  net::test::run_turns(loop);
  EXPECT_EQ(watched.use_count(), 1) << "and no longer";
}

// --- emit with ack ---

TEST_F(SioSocket, comes_back_with_the_answer) {
  socket.emit_with_ack(seconds(5), note(), "ask", 1);
  socket.emit_with_ack(seconds(5), note(), "ask", 2);
  EXPECT_THAT(client.take(), ElementsAre(R"(420["ask",1])", R"(421["ask",2])"));
  client.text(R"(431["b",2])");
  client.text("430[]");
  EXPECT_THAT(answers, ElementsAre(R"("b",2)", ""));
}

TEST_F(SioSocket, comes_back_with_binary_answers) {
  std::string bytes;
  socket.emit_with_ack(
      seconds(5), [&](const Args* answer) { bytes = answer->binary((*answer)[0]).value_or("none"); }, "ask");
  client.text(R"(461-0[{"_placeholder":true,"num":0}])");
  client.binary("xyz");
  EXPECT_EQ(bytes, "xyz");
}

TEST_F(SioSocket, counts_acks_for_the_whole_namespace) {
  TestClient other(server);
  Socket& another = other.socket();
  socket.emit_with_ack(seconds(5), note(), "ask");
  another.emit_with_ack(seconds(5), note(), "ask");
  EXPECT_THAT(client.take(), ElementsAre(R"(420["ask"])"));
  EXPECT_THAT(other.take(), ElementsAre(R"(421["ask"])"));
  other.text("430[]");
  EXPECT_THAT(answers, IsEmpty()) << "the ack of another socket is not his to give";
}

TEST_F(SioSocket, comes_back_with_nothing_when_time_is_up) {
  socket.emit_with_ack(milliseconds(500), note(), "late");
  socket.emit_with_ack(milliseconds(100), note(), "later");
  socket.emit_with_ack(seconds(60), note(), "in time");
  pass(milliseconds(90));
  EXPECT_THAT(answers, IsEmpty());
  pass(milliseconds(20));
  EXPECT_THAT(answers, ElementsAre("nothing"));
  pass(milliseconds(400));
  EXPECT_EQ(answers.size(), 2u);
  client.text("432[1]");
  EXPECT_EQ(answers.back(), "1");
}

TEST_F(SioSocket, E26_ignores_answers_that_are_late_doubled_or_to_nothing) {
  socket.emit_with_ack(milliseconds(100), note(), "ask");
  socket.emit_with_ack(seconds(60), note(), "ask");
  pass(milliseconds(110));
  client.take();
  for (const char* ack : {"430[1]", "437[1]", "43[1]", "439007199254740991[1]", "43"}) client.text(ack);
  EXPECT_THAT(answers, ElementsAre("nothing"));
  client.text("431[1]");
  client.text("431[2]");
  EXPECT_THAT(answers, ElementsAre("nothing", "1"));
  EXPECT_FALSE(client.ended());
}

TEST_F(SioSocket, ignores_an_answer_that_has_no_payload) {
  socket.emit_with_ack(seconds(60), note(), "ask");
  client.text("430");
  EXPECT_THAT(answers, IsEmpty());
  client.text("430[1]");
  EXPECT_THAT(answers, ElementsAre("1"));
}

TEST_F(SioSocket, comes_back_with_nothing_when_the_client_leaves) {
  socket.emit_with_ack(seconds(60), note(), "ask");
  socket.emit_with_ack(seconds(60), note(), "ask");
  client.text("1");
  EXPECT_THAT(answers, ElementsAre("nothing", "nothing"));
  pass(seconds(61));
  EXPECT_EQ(answers.size(), 2u);
}

TEST_F(SioSocket, waits_for_N_answers_and_ends_the_connection_at_one_more) {
  for (std::size_t i = 0; i < limits::acks_outstanding_max; ++i) socket.emit_with_ack(seconds(60), note(), "ask");
  EXPECT_EQ(client.take().size(), limits::acks_outstanding_max);
  EXPECT_FALSE(client.ended());
  socket.emit_with_ack(seconds(60), note(), "ask");
  EXPECT_EQ(client.take().at(0), "abort");
  EXPECT_TRUE(client.ended());
  EXPECT_THAT(answers, testing::Each("nothing"));
  EXPECT_EQ(answers.size(), limits::acks_outstanding_max + 1);
}

TEST_F(SioSocket, may_leave_when_an_answer_did_not_come) {
  for (int i = 0; i < 3; ++i) {
    socket.emit_with_ack(
        milliseconds(100),
        [this](const Args* answer) {
          answers.emplace_back(answer ? "answer" : "nothing");
          socket.disconnect();
        },
        "ask");
  }
  pass(milliseconds(110));
  EXPECT_THAT(answers, ElementsAre("nothing", "nothing", "nothing"));
  EXPECT_EQ(client.take().back(), "41");
}

// --- rooms ---

TEST_F(SioSocket, is_in_the_room_with_its_id_and_those_that_it_joined_in_their_order) {
  EXPECT_THAT(socket.rooms(), ElementsAre(id));
  EXPECT_TRUE(socket.join("b"));
  EXPECT_TRUE(socket.join("a"));
  EXPECT_TRUE(socket.join("b")) << "it is there already";
  EXPECT_TRUE(socket.join(id));
  EXPECT_THAT(socket.rooms(), ElementsAre(id, "b", "a"));
  EXPECT_TRUE(socket.in_room("a"));
  EXPECT_TRUE(socket.in_room(id));
  EXPECT_FALSE(socket.in_room("c"));
  socket.leave("b");
  socket.leave("c");
  EXPECT_THAT(socket.rooms(), ElementsAre(id, "a"));
}

TEST_F(SioSocket, joins_N_rooms_and_no_more) {
  for (std::size_t i = 0; i < limits::rooms_per_socket_max; ++i) ASSERT_TRUE(socket.join(std::to_string(i)));
  EXPECT_FALSE(socket.join("one more"));
  EXPECT_EQ(nsp.adapter().room("one more"), nullptr);
  socket.leave("0");
  EXPECT_TRUE(socket.join("one more"));
}

TEST_F(SioSocket, joins_a_room_whose_name_is_as_long_as_may_be_and_none_with_a_longer_one) {
  EXPECT_TRUE(socket.join(std::string(limits::room_name_bytes_max, 'r')));
  EXPECT_FALSE(socket.join(std::string(limits::room_name_bytes_max + 1, 'r')));
}

// --- the end ---

TEST_F(SioSocket, has_its_rooms_while_it_disconnects_and_none_when_it_has) {
  std::vector<std::string> story;
  const auto tell = [&](const char* what) {
    return [&story, what](Socket& own, DisconnectReason reason) {
      story.push_back(std::string(what) + " " + std::string(to_string(reason)) + " " +
                      std::to_string(own.rooms().size()) + (own.connected() ? " connected" : ""));
    };
  };
  nsp.on_disconnecting(tell("namespace disconnecting"));
  nsp.on_disconnect(tell("namespace disconnect"));
  socket.on_disconnecting(tell("disconnecting"));
  socket.on_disconnect(tell("disconnect"));
  socket.join("room");
  client.text("41");
  EXPECT_THAT(story, ElementsAre("namespace disconnecting client namespace disconnect 2 connected",
                                 "disconnecting client namespace disconnect 2 connected",
                                 "namespace disconnect client namespace disconnect 0",
                                 "disconnect client namespace disconnect 0"));
  EXPECT_EQ(nsp.adapter().room("room"), nullptr);
}

TEST_F(SioSocket, tells_the_client_that_the_server_disconnects_it_and_leaves_the_connection) {
  const auto keep = socket.shared_from_this();
  std::vector<std::string> reasons;
  socket.on_disconnect([&](Socket&, DisconnectReason reason) { reasons.emplace_back(to_string(reason)); });
  socket.disconnect();
  socket.disconnect();
  EXPECT_THAT(client.take(), ElementsAre("41"));
  EXPECT_THAT(reasons, ElementsAre("server namespace disconnect"));
  EXPECT_FALSE(client.ended());
  EXPECT_FALSE(socket.join("room")) << "which would leak it";
  EXPECT_FALSE(socket.in_room(id));
  EXPECT_EQ(nsp.adapter().room_count(), 0u);
  client.connect();
}

TEST_F(SioSocket, takes_the_whole_connection_along_when_it_is_asked_to) {
  server.of("admin");
  client.connect("/admin");
  socket.disconnect(true);
  EXPECT_THAT(client.take(), ElementsAre("41", "41/admin,", "close", "close"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SioSocket, R2_is_expelled_with_its_whole_connection_which_is_told_who_is_to_blame) {
  server.of("admin");
  client.connect("/admin");
  const auto keep = socket.shared_from_this();
  socket.expel();
  socket.expel();
  EXPECT_THAT(client.take(), ElementsAre("41", "41/admin,", "blame", "close", "close"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SioSocket, F12_is_let_go_without_a_packet_so_that_its_client_comes_back_and_hears_that_the_server_restarts) {
  socket.let_go();
  EXPECT_THAT(client.take(), ElementsAre("restart", "abort", "close"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SioSocket, may_be_disconnected_while_it_disconnects) {
  int calls = 0;
  socket.on_disconnecting([&](Socket& own, DisconnectReason) {
    ++calls;
    own.disconnect();
    own.disconnect(true);
  });
  client.text("41");
  EXPECT_EQ(calls, 1);
}

TEST_F(SioSocket, lets_the_application_s_own_go_when_it_ends) {
  const auto keep = socket.shared_from_this();
  const auto own = std::make_shared<int>(1);
  socket.state = own;
  EXPECT_EQ(own.use_count(), 2);
  client.text("41");
  EXPECT_EQ(own.use_count(), 1);
}

TEST_F(SioSocket, names_reasons_in_the_words_of_the_field) {
  EXPECT_EQ(to_string(DisconnectReason::transport_error), "transport error");
  EXPECT_EQ(to_string(DisconnectReason::transport_close), "transport close");
  EXPECT_EQ(to_string(DisconnectReason::forced_close), "forced close");
  EXPECT_EQ(to_string(DisconnectReason::ping_timeout), "ping timeout");
  EXPECT_EQ(to_string(DisconnectReason::parse_error), "parse error");
  EXPECT_EQ(to_string(DisconnectReason::server_shutting_down), "server shutting down");
  EXPECT_EQ(to_string(DisconnectReason::forced_server_close), "forced server close");
  EXPECT_EQ(to_string(DisconnectReason::client_namespace_disconnect), "client namespace disconnect");
  EXPECT_EQ(to_string(DisconnectReason::server_namespace_disconnect), "server namespace disconnect");
}

} // namespace
} // namespace wire::sio
