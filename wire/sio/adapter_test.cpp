#include "wire/sio/adapter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "wire/base/random.h"
#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SioAdapter : public test::ServerTest {
 protected:
  TestClient& join(std::vector<std::string> rooms) {
    clients.push_back(std::make_unique<TestClient>(server));
    Socket& socket = clients.back()->socket();
    sockets.push_back(&socket);
    for (const std::string& room : rooms) socket.join(room);
    return *clients.back();
  }
  std::vector<std::string> ids(const BroadcastOptions& options) {
    std::vector<std::string> selected;
    for (const auto& socket : adapter.select(options)) selected.push_back(socket->id());
    return selected;
  }

  Adapter& adapter = nsp.adapter();
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<Socket*> sockets;
};

TEST_F(SioAdapter, finds_sockets_by_id_and_rooms_by_name) {
  join({"a"});
  EXPECT_EQ(adapter.find(sockets[0]->id()), sockets[0]);
  EXPECT_EQ(adapter.find("nobody"), nullptr);
  ASSERT_TRUE(adapter.room("a"));
  EXPECT_THAT(adapter.room("a")->members, ElementsAre(sockets[0]));
  EXPECT_EQ(adapter.room(sockets[0]->id()), nullptr) << "the room with a socket's id takes no memory";
}

TEST_F(SioAdapter, reaches_the_union_of_rooms_each_once_without_those_excepted) {
  join({"a"});
  join({"a", "b"});
  join({"b"});
  join({});
  const std::string one = sockets[0]->id(), two = sockets[1]->id(), three = sockets[2]->id(), four = sockets[3]->id();
  EXPECT_THAT(ids({}), UnorderedElementsAre(one, two, three, four));
  EXPECT_THAT(ids({{"a"}, {}, {}}), UnorderedElementsAre(one, two));
  EXPECT_THAT(ids({{"a", "b"}, {}, {}}), UnorderedElementsAre(one, two, three));
  EXPECT_THAT(ids({{"a", "a"}, {}, {}}), UnorderedElementsAre(one, two));
  EXPECT_THAT(ids({{"a", "b"}, {"b"}, {}}), ElementsAre(one));
  EXPECT_THAT(ids({{}, {"a", three}, {}}), ElementsAre(four));
  EXPECT_THAT(ids({{four}, {}, {}}), ElementsAre(four));
  EXPECT_THAT(ids({{four, "a"}, {two}, {}}), UnorderedElementsAre(one, four));
  EXPECT_THAT(ids({{"none"}, {}, {}}), IsEmpty());
  EXPECT_THAT(ids({{"none", one}, {"nor this"}, {}}), ElementsAre(one));
  EXPECT_THAT(ids({{one}, {one}, {}}), IsEmpty());
}

TEST_F(SioAdapter, reaches_the_owner_and_the_guests_of_a_room_that_bears_an_id) {
  join({});
  join({sockets[0]->id()});
  EXPECT_THAT(ids({{sockets[0]->id()}, {}, {}}), UnorderedElementsAre(sockets[0]->id(), sockets[1]->id()));
  EXPECT_THAT(ids({{}, {sockets[0]->id()}, {}}), IsEmpty());
}

TEST_F(SioAdapter, forgets_a_room_with_its_last_member) {
  join({"a", "b"});
  join({"b"});
  EXPECT_EQ(adapter.room_count(), 2u);
  sockets[0]->leave("a");
  EXPECT_EQ(adapter.room("a"), nullptr);
  clients[0]->text("41");
  EXPECT_EQ(adapter.room_count(), 1u);
  clients[1]->text("41");
  EXPECT_EQ(adapter.room_count(), 0u);
  EXPECT_EQ(adapter.socket_count(), 0u);
}

// --- broadcasts ---

TEST_F(SioAdapter, encodes_an_event_as_a_socket_would) {
  const EncodedEvent plain = encode_event("/chat", "say", Payload::of("hi", 1));
  EXPECT_EQ(plain.packet.packet(), R"(42/chat,["say","hi",1])");
  EXPECT_THAT(plain.attachments, IsEmpty());
  EXPECT_TRUE(plain.packet.compress);
  EXPECT_EQ(encode_event("/", "bare", {}).packet.packet(), R"(42["bare"])");
  const EncodedEvent binary = encode_event("/", "file", Payload::of(Binary{"x"}, Binary{"y"}), false);
  EXPECT_EQ(binary.packet.packet(), R"(452-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  ASSERT_EQ(binary.attachments.size(), 2u);
  EXPECT_EQ(binary.attachments[1].packet(), "y");
  EXPECT_FALSE(binary.packet.compress);
  EXPECT_FALSE(binary.attachments[1].compress);
}

TEST_F(SioAdapter, delivers_all_parts_to_everybody_concerned) {
  join({"a"});
  join({"a"});
  join({});
  adapter.broadcast(encode_event("/", "file", Payload::of(Binary{"x"})), {{"a"}, {}, {}});
  for (const int i : {0, 1}) {
    EXPECT_THAT(clients[static_cast<std::size_t>(i)]->take(),
                ElementsAre(R"(451-["file",{"_placeholder":true,"num":0}])", "binary x"));
  }
  EXPECT_THAT(clients[2]->take(), IsEmpty());
}

TEST_F(SioAdapter, drops_volatile_events_for_those_who_are_not_writable_all_parts_or_none) {
  join({});
  join({});
  clients[0]->transport.ready = false;
  nsp.broadcast().volatile_().emit("now", Binary{"x"});
  EXPECT_THAT(clients[0]->take(), IsEmpty());
  EXPECT_EQ(clients[1]->take().size(), 2u);
  nsp.broadcast().emit("always");
  EXPECT_EQ(clients[0]->take().size(), 1u);
}

TEST_F(SioAdapter, drops_ephemeral_events_for_those_who_are_behind_not_for_those_between_two_polls) {
  join({});
  join({});
  clients[0]->transport.ready = false;
  clients[1]->transport.verdict = Pressure::soft;
  nsp.broadcast().ephemeral().emit("now");
  EXPECT_EQ(clients[0]->take().size(), 1u);
  EXPECT_THAT(clients[1]->take(), IsEmpty());
  EXPECT_FALSE(clients[1]->ended());
}

TEST_F(SioAdapter, tells_what_is_sent_by_name_and_to_how_many_and_counts_what_is_not) {
  std::vector<std::string> sent;
  adapter.on_sent([&](std::string_view event, std::size_t count) {
    sent.push_back(std::string(event) + " " + std::to_string(count));
  });
  TestClient& behind = join({"a"});
  join({"a"});
  nsp.to("a").emit("message", "hello");
  sockets[1]->emit("direct");
  nsp.to("nobody").emit("unheard");
  behind.transport.verdict = Pressure::soft;
  Broadcast(adapter, {{"a"}, {}, {.is_ephemeral = true}}).emit("typing");
  EXPECT_THAT(sent, ElementsAre("message 2", "direct 1", "typing 1"));
  EXPECT_EQ(adapter.losses().dropped, 1u);
  EXPECT_EQ(adapter.losses().too_slow, 0u);
  behind.transport.verdict = Pressure::full;
  nsp.to("a").emit("message");
  EXPECT_EQ(sent.back(), "message 1");
  EXPECT_EQ(adapter.losses().too_slow, 1u);
}

TEST_F(SioAdapter, finds_the_name_in_an_event_that_is_encoded) {
  EXPECT_EQ(name_in(encode_event("/chat", "message:updated", Payload::of("[\"x\"]"))), "message:updated");
  EXPECT_EQ(name_in(encode_event("/", "a", Payload::of(1), true, 17)), "a");
  EXPECT_EQ(name_in(encode_event("/", "a", Payload::of(1), true, {}, {}, Parser::msgpack)), "");
}

TEST_F(SioAdapter, E18_ends_those_who_are_too_slow_without_losing_anybody_else) {
  for (int i = 0; i < 6; ++i) join({"room"});
  for (const std::size_t slow : {0, 1, 4}) clients[slow]->transport.verdict = Pressure::full;
  nsp.to("room").emit("hi");
  for (std::size_t i = 0; i < 6; ++i) {
    const bool slow = i == 0 || i == 1 || i == 4;
    EXPECT_EQ(clients[i]->ended(), slow) << i;
    if (slow) {
      EXPECT_EQ(clients[i]->take().at(0), "abort") << i;
    } else {
      EXPECT_THAT(clients[i]->take(), ElementsAre(R"(42["hi"])")) << i;
    }
  }
  EXPECT_EQ(adapter.socket_count(), 3u);
  EXPECT_EQ(adapter.room("room")->members.size(), 3u);
}

TEST_F(SioAdapter, E18_ends_them_behind_the_walk_so_that_news_of_their_end_come_after_what_was_sent) {
  for (int i = 0; i < 3; ++i) join({"a", "b"});
  nsp.on_disconnect([this](Socket&, DisconnectReason) { nsp.to("a").to("b").emit("left"); });
  clients[0]->transport.verdict = Pressure::full;
  nsp.to("a").to("b").emit("hi");
  for (const std::size_t other : {1, 2}) {
    EXPECT_THAT(clients[other]->take(), ElementsAre(R"(42["hi"])", R"(42["left"])"));
  }
}

TEST_F(SioAdapter, E18_may_end_everybody_in_a_room) {
  for (int i = 0; i < 3; ++i) join({"room"}).transport.verdict = Pressure::full;
  nsp.to("room").emit("hi");
  EXPECT_EQ(adapter.room_count(), 0u);
  EXPECT_EQ(adapter.socket_count(), 0u);
}

TEST_F(SioAdapter, reaches_the_others_though_leaving_sockets_disturb_the_rooms) {
  for (int i = 0; i < 4; ++i) join({"room"});
  nsp.on_disconnect([this](Socket&, DisconnectReason) { // whoever leaves takes another one along
    for (const auto& next : adapter.select({{"room"}, {}, {}})) return next->disconnect();
  });
  nsp.to("room").disconnect_sockets();
  for (const auto& client : clients) EXPECT_THAT(client->take(), ElementsAre("41"));
  EXPECT_EQ(adapter.room_count(), 0u);
}

// --- other loops and nodes ---

struct RecordingCluster final : Cluster {
  std::vector<std::string> told;
  void broadcast(Adapter& from, const EncodedEvent& event, const BroadcastOptions& options) override {
    told.push_back(from.nsp() + " " + std::string(event.packet.packet()) + " to " +
                   testing::PrintToString(options.rooms));
  }
  void join(Adapter&, const BroadcastOptions&, const std::vector<std::string>& rooms) override {
    told.push_back("join " + rooms.at(0));
  }
  void leave(Adapter&, const BroadcastOptions&, const std::vector<std::string>& rooms) override {
    told.push_back("leave " + rooms.at(0));
  }
  void disconnect(Adapter&, const BroadcastOptions&, bool close) override {
    told.push_back(close ? "disconnect and close" : "disconnect");
  }
  std::size_t peers(const BroadcastFlags&) const override { return 1; }
  void broadcast_with_ack(Adapter& from, std::uint64_t request, std::string_view event, const Payload& payload,
                          const BroadcastOptions&, Duration) override {
    told.push_back("ask " + std::string(event) + " " + std::string(payload.json()));
    from.requests().on_clients(request, 1);
    from.requests().on_answer(request, Payload::of("elsewhere"));
  }
  void fetch_sockets(Adapter& from, std::uint64_t request, const BroadcastOptions&) override {
    told.push_back("fetch");
    from.requests().on_sockets(request, {{"elsewhere", "{}", {"elsewhere"}, "{}"}});
  }
  void catch_up(Adapter&) override { told.emplace_back("catch up"); }
};

TEST(SioAdapterInCluster, tells_the_others_of_everything_but_what_is_local) {
  net::Loop loop;
  RecordingCluster cluster;
  Server server(loop, {}, &cluster);
  Namespace& nsp = server.of("/");
  TestClient client(server);
  client.connect();
  nsp.to("a").emit("hi");
  nsp.broadcast().local().emit("here");
  nsp.broadcast().sockets_join("b");
  nsp.broadcast().sockets_leave("b");
  nsp.broadcast().local().sockets_join("c");
  nsp.broadcast().local().sockets_leave("c");
  nsp.to("nobody").disconnect_sockets();
  nsp.to("nobody").disconnect_sockets(true);
  nsp.to("nobody").local().disconnect_sockets();
  EXPECT_THAT(cluster.told,
              ElementsAre(R"(/ 42["hi"] to { "a" })", "join b", "leave b", "disconnect", "disconnect and close"));
  EXPECT_THAT(client.take(), ElementsAre(R"(42["here"])")) << "and this one as well";
}

TEST(SioAdapterInCluster, gathers_the_answers_and_sockets_of_all_servers) {
  net::Loop loop;
  RecordingCluster cluster;
  Server server(loop, {}, &cluster);
  Namespace& nsp = server.of("/");
  TestClient client(server);
  const std::string id = client.connect();
  std::vector<std::string> told;
  const auto note = [&](bool complete, const std::vector<Payload>& answers) {
    told.emplace_back(complete ? "complete" : "incomplete");
    for (const Payload& answer : answers) told.emplace_back(answer.json());
  };
  nsp.broadcast().emit_with_ack(seconds(1), note, "ask", 1);
  EXPECT_THAT(client.take(), ElementsAre(R"(420["ask",1])"));
  EXPECT_TRUE(told.empty());
  client.text(R"(430["here","more"])");
  EXPECT_THAT(told, ElementsAre("complete", R"("elsewhere")", R"("here")"));
  told.clear();
  nsp.broadcast().local().emit_with_ack(seconds(1), note, "ask");
  client.text(R"(431[2])");
  EXPECT_THAT(told, ElementsAre("complete", "2"));

  std::vector<std::string> sockets;
  const auto note_sockets = [&](bool complete, const std::vector<RemoteSocket>& found) {
    EXPECT_TRUE(complete);
    for (const RemoteSocket& socket : found) sockets.push_back(socket.id);
  };
  nsp.broadcast().fetch_sockets(note_sockets);
  nsp.broadcast().local().fetch_sockets(note_sockets);
  EXPECT_THAT(sockets, ElementsAre("elsewhere", id, id));
  EXPECT_THAT(cluster.told, ElementsAre("ask ask 1", "fetch"));
}

// --- any order of operations, against a model that is too simple to be wrong ---

TEST_F(SioAdapter, keeps_its_books_under_random_operations) {
  const auto seed = static_cast<std::mt19937::result_type>(random_u64());
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  std::map<std::string, std::set<std::string>> model; // a socket's id: its rooms
  std::map<std::string, std::unique_ptr<TestClient>> by_id;

  const auto some_id = [&]() -> std::string {
    if (model.empty()) return "nobody";
    return std::next(model.begin(), static_cast<std::ptrdiff_t>(below(model.size())))->first;
  };
  const auto some_room = [&] { return below(8) == 0 ? some_id() : names[below(names.size())]; };
  const auto in = [&](const std::string& id, const std::string& room) {
    return id == room || model[id].count(room) > 0;
  };

  for (int step = 0; step < 3000; ++step) {
    const std::string id = some_id(), room = some_room();
    switch (below(8)) {
      case 0:
        if (model.size() < 12) {
          auto client = std::make_unique<TestClient>(server);
          const std::string fresh = client->connect();
          model[fresh];
          by_id[fresh] = std::move(client);
        }
        break;
      case 1:
        if (model.size() > 6) {
          by_id[id]->text("1");
          by_id.erase(id);
          model.erase(id);
        }
        break;
      case 2:
      case 3:
      case 4:
        if (Socket* socket = adapter.find(id)) {
          socket->join(room);
          if (room != id) model[id].insert(room);
        }
        break;
      case 5:
      case 6:
        if (Socket* socket = adapter.find(id)) {
          socket->leave(room);
          model[id].erase(room);
        }
        break;
      default:
        break;
    }

    BroadcastOptions options;
    for (std::size_t i = below(3); i > 0; --i) options.rooms.push_back(some_room());
    for (std::size_t i = below(3); i > 0; --i) options.except.push_back(some_room());
    std::vector<std::string> expected;
    std::set<std::string> rooms;
    for (const auto& [each, joined] : model) {
      const auto is_in = [&, who = each](const std::string& name) { return in(who, name); };
      const bool chosen = options.rooms.empty() || std::any_of(options.rooms.begin(), options.rooms.end(), is_in);
      if (chosen && std::none_of(options.except.begin(), options.except.end(), is_in)) expected.push_back(each);
      rooms.insert(joined.begin(), joined.end());
      ASSERT_EQ(adapter.find(each)->rooms().size(), joined.size() + 1) << "step " << step;
      for (const std::string& name : joined) ASSERT_TRUE(adapter.find(each)->in_room(name)) << "step " << step;
    }
    ASSERT_THAT(ids(options), testing::UnorderedElementsAreArray(expected)) << "step " << step;
    ASSERT_EQ(adapter.room_count(), rooms.size()) << "step " << step;
    ASSERT_EQ(adapter.socket_count(), model.size()) << "step " << step;
  }
}

} // namespace
} // namespace wire::sio
