#include "wire/cluster/redis_adapter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wire/net/test_support.h"
#include "wire/sio/test_support.h"

namespace wire::cluster {
namespace {

using net::test::run_turns;
using sio::test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Redis as one thread sees it: what is published waits until the test lets it arrive.
struct Medium {
  struct Listener {
    std::vector<std::string> channels, beginnings;
    PubSub::Handler handler;
  };
  std::vector<std::shared_ptr<Listener>> listeners;
  std::vector<std::pair<std::string, std::string>> waiting;
  bool down = false;
  std::size_t ghosts = 0; // nodes that Redis counts and that say nothing

  void arrive() {
    for (const auto& [channel, bytes] : std::exchange(waiting, {})) {
      for (const auto& listener : listeners) {
        bool hears =
            std::find(listener->channels.begin(), listener->channels.end(), channel) != listener->channels.end();
        for (const std::string& beginning : listener->beginnings) hears = hears || channel.starts_with(beginning);
        if (hears) listener->handler.on_message(channel, bytes);
      }
    }
  }
};

class MediumPubSub final : public PubSub {
 public:
  explicit MediumPubSub(Medium& medium) : medium_(medium) { medium.listeners.push_back(own_); }
  void start(Handler handler) override { own_->handler = std::move(handler); }
  bool ready() const override { return !medium_.down; }
  bool publish(std::string_view channel, std::string_view bytes) override {
    if (!medium_.down) medium_.waiting.emplace_back(channel, bytes);
    return !medium_.down;
  }
  void subscribe(std::string channel) override { own_->channels.push_back(std::move(channel)); }
  void subscribe_beginning(std::string_view prefix) override { own_->beginnings.emplace_back(prefix); }
  void count_subscribers(std::string_view channel, UniqueFunction<void(std::optional<std::size_t>)> done) override {
    if (medium_.down) return done(std::nullopt);
    std::size_t count = medium_.ghosts;
    for (const auto& listener : medium_.listeners) {
      count += std::count(listener->channels.begin(), listener->channels.end(), channel) > 0 ? 1u : 0u;
    }
    done(count);
  }

 private:
  Medium& medium_;
  const std::shared_ptr<Medium::Listener> own_ = std::make_shared<Medium::Listener>();
};

// Nodes of two loops each, all run by the test.
class RedisAdapterTest : public testing::Test {
 protected:
  struct Node {
    explicit Node(Medium& medium)
        : nodes(one_loop, bus, std::make_unique<MediumPubSub>(medium)),
          one_port(bus, &nodes, &one_loop),
          other_port(bus, &nodes, &one_loop),
          one(one_loop, {}, &one_port),
          other(other_loop, {}, &other_port) {
      one_port.set_own(one);
      other_port.set_own(other);
      bus.add(one);
      bus.add(other);
      nodes.start(one);
    }
    LocalBus bus;
    net::Loop one_loop{0}, other_loop{1};
    RedisAdapter nodes;
    LocalPort one_port, other_port;
    sio::Server one, other;
  };

  void settle() {
    for (int i = 0; i < 6; ++i) {
      for (Node* node : {&here, &there}) {
        run_turns(node->one_loop, 3);
        run_turns(node->other_loop, 3);
      }
      medium.arrive();
    }
  }
  static sio::BroadcastOptions to(std::vector<std::string> rooms) { return {std::move(rooms), {}, {}}; }

  Medium medium;
  Node here{medium}, there{medium};
};

TEST_F(RedisAdapterTest, a_broadcast_reaches_the_members_on_every_loop_of_every_node_once) {
  settle();
  TestClient a(here.one), b(here.other), c(there.one), d(there.other), outsider(there.one);
  for (TestClient* client : {&a, &b, &c, &d}) client->socket().join("room");
  outsider.connect();
  settle();
  here.other.sockets().to("room").emit("told", 1, sio::Binary{"bytes"});
  settle();
  for (TestClient* client : {&a, &b, &c, &d}) {
    EXPECT_THAT(client->take(), ElementsAre(R"(451-["told",1,{"_placeholder":true,"num":0}])", "binary bytes"));
  }
  EXPECT_THAT(outsider.take(), IsEmpty());
  there.one.emit("all");
  settle();
  for (TestClient* client : {&a, &b, &c, &d, &outsider}) EXPECT_THAT(client->take(), ElementsAre(R"(42["all"])"));
}

TEST_F(RedisAdapterTest, what_is_local_or_in_another_namespace_stays_where_it_is) {
  here.one.of("/chat"), there.one.of("/chat"), there.other.of("/chat");
  settle();
  TestClient a(there.one), b(there.one);
  a.connect(), b.connect("/chat");
  settle();
  here.one.sockets().broadcast().local().emit("local");
  here.one.of("/chat").emit("chat");
  settle();
  EXPECT_THAT(a.take(), IsEmpty());
  EXPECT_THAT(b.take(), ElementsAre(R"(42/chat,["chat"])"));
}

TEST_F(RedisAdapterTest, only_nodes_that_have_the_room_read_what_goes_to_it) {
  settle();
  here.one.sockets().to("room").emit("told");
  settle();
  medium.waiting.emplace_back("socket.io#/#room#", "not MessagePack");
  medium.arrive();
  EXPECT_EQ(there.nodes.refused(), 0u);
  TestClient a(there.other);
  a.socket().join("room");
  settle();
  medium.waiting.emplace_back("socket.io#/#room#", "not MessagePack");
  medium.arrive();
  EXPECT_EQ(there.nodes.refused(), 1u);
}

TEST_F(RedisAdapterTest, sockets_are_moved_and_disconnected_on_every_node) {
  settle();
  TestClient a(here.other), b(there.other);
  a.socket().join("a"), b.socket().join("a");
  settle();
  here.one.sockets().to("a").sockets_join("b");
  here.one.sockets().to("a").sockets_leave("a");
  settle();
  here.one.sockets().to("a").emit("nobody");
  here.one.sockets().to("b").emit("moved");
  settle();
  EXPECT_THAT(a.take(), ElementsAre(R"(42["moved"])"));
  EXPECT_THAT(b.take(), ElementsAre(R"(42["moved"])"));
  there.one.sockets().to("b").disconnect_sockets();
  settle();
  EXPECT_THAT(a.take(), ElementsAre("41"));
  EXPECT_THAT(b.take(), ElementsAre("41"));
}

struct Found {
  bool complete = false;
  std::vector<std::string> ids;
};

TEST_F(RedisAdapterTest, sockets_are_found_on_every_node) {
  settle();
  TestClient a(here.other), b(there.other), c(there.one);
  const std::string ids[] = {a.connect(), b.connect(), c.connect()};
  settle();
  std::optional<Found> found;
  const auto on_found = [&](bool complete, const std::vector<sio::RemoteSocket>& sockets) {
    found = Found{complete, {}};
    for (const sio::RemoteSocket& socket : sockets) found->ids.push_back(socket.id);
  };
  here.other.sockets().broadcast().fetch_sockets(on_found);
  settle();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->complete);
  EXPECT_THAT(found->ids, UnorderedElementsAre(ids[0], ids[1], ids[2]));
}

TEST_F(RedisAdapterTest, F6_without_redis_the_answer_says_at_once_that_it_is_not_complete) {
  settle();
  TestClient a(here.one), b(there.one);
  const std::string id = a.connect();
  b.connect();
  settle();
  medium.down = true;
  std::optional<Found> found;
  here.one.sockets().broadcast().fetch_sockets([&](bool complete, const std::vector<sio::RemoteSocket>& sockets) {
    found = Found{complete, {sockets.at(0).id}};
  });
  here.one.emit("told");
  settle();
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
  EXPECT_THAT(found->ids, ElementsAre(id));
  EXPECT_THAT(a.take(), ElementsAre(R"(42["told"])"));
  EXPECT_THAT(b.take(), IsEmpty());
  EXPECT_EQ(here.nodes.lost(), 1u);
}

TEST_F(RedisAdapterTest, a_node_that_is_counted_and_says_nothing_makes_the_answer_incomplete_when_time_is_up) {
  settle();
  TestClient a(here.one);
  a.connect();
  settle();
  medium.ghosts = 1;
  std::optional<Found> found;
  here.one.sockets().broadcast().fetch_sockets(
      [&](bool complete, const std::vector<sio::RemoteSocket>& sockets) {
        found = Found{complete, {}};
        EXPECT_THAT(sockets, SizeIs(1));
      },
      seconds(5));
  settle();
  EXPECT_FALSE(found);
  here.one_loop.timers().advance(Clock::now() + seconds(6));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
}

TEST_F(RedisAdapterTest, clients_of_every_node_answer_a_question) {
  settle();
  TestClient a(here.other), b(there.one), c(there.other);
  for (TestClient* client : {&a, &b, &c}) client->connect();
  settle();
  std::optional<bool> complete;
  std::vector<std::string> answers;
  here.one.sockets().broadcast().emit_with_ack(
      seconds(10),
      [&](bool all, const std::vector<sio::Payload>& given) {
        complete = all;
        for (const sio::Payload& answer : given) answers.emplace_back(answer.json());
      },
      "question", 1);
  settle();
  int number = 0;
  for (TestClient* client : {&a, &b, &c}) {
    const auto came = client->take();
    ASSERT_THAT(came, SizeIs(1));
    ASSERT_THAT(came[0], testing::EndsWith(R"(["question",1])"));
    EXPECT_FALSE(complete);
    client->text("43" + came[0].substr(2, came[0].find('[') - 2) + "[" + std::to_string(++number) + "]");
    settle();
  }
  ASSERT_TRUE(complete);
  EXPECT_TRUE(*complete);
  EXPECT_THAT(answers, UnorderedElementsAre("1", "2", "3"));
}

TEST_F(RedisAdapterTest, E16_what_no_node_of_ours_would_say_is_refused_and_counted) {
  settle();
  TestClient a(there.one);
  a.connect();
  settle();
  for (const char* bytes : {"", "{", "\xc1", "\x93\xa1x\x80\x80", "[1]"}) {
    for (const char* channel : {"socket.io#/#", "socket.io-request#/#", "socket.io-response#/#"}) {
      medium.waiting.emplace_back(channel, bytes);
    }
  }
  medium.arrive();
  EXPECT_EQ(there.nodes.refused(), 15u);
  EXPECT_THAT(a.take(), IsEmpty());
  here.one.emit("still there");
  settle();
  EXPECT_THAT(a.take(), ElementsAre(R"(42["still there"])"));
}

} // namespace
} // namespace wire::cluster
