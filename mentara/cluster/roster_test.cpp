#include "mentara/cluster/roster.h"
#include "mentara/limits_of_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace mentara::cluster {
namespace {

using namespace std::chrono_literals;

// Nodes on a bus that does what the test lets it do.
class RosterTest : public testing::Test {
 protected:
  struct Node final : Roster::Outbox {
    Node(RosterTest& test, std::string node) : world(test), name(std::move(node)), roster(name, *this) {}
    void publish(std::string bytes) override {
      if (world.down) return;
      world.waiting.push_back(std::move(bytes));
    }
    void changed(const UserId& user, Here before, Here after) override {
      changes.push_back(user.value + " " + std::to_string(static_cast<unsigned>(before)) + "→" +
                        std::to_string(static_cast<unsigned>(after)));
    }
    void sockets_changed(const UserId& user) override { sockets.push_back(user); }
    void node_lost(const std::string& node) override { lost.push_back(node); }

    RosterTest& world;
    const std::string name;
    Roster roster;
    bool alive = true;
    std::vector<std::string> changes, lost;
    std::vector<UserId> sockets;
  };

  Node& add(const std::string& name) {
    nodes.push_back(std::make_unique<Node>(*this, name));
    nodes.back()->roster.on_ready(now);
    settle();
    return *nodes.back();
  }
  void settle() {
    while (!waiting.empty()) {
      const auto arriving = std::exchange(waiting, {});
      for (const std::string& bytes : arriving) {
        for (const auto& node : nodes) {
          if (node->alive) node->roster.on_message(bytes, now);
        }
      }
    }
  }
  void run(wire::Duration time) {
    for (wire::Duration passed{}; passed < time; passed += 500ms) {
      now += 500ms;
      for (const auto& node : nodes) {
        if (node->alive) node->roster.on_time(now);
      }
      settle();
    }
  }
  // What the last one said of the user.
  static Here own(Node& node, const UserId& user) { return node.roster.own(user); }
  void tell() {
    for (const auto& node : nodes) {
      if (node->alive) node->roster.on_time(now);
    }
    settle();
  }

  wire::TimePoint now{1h};
  bool down = false;
  std::vector<std::string> waiting;
  std::vector<std::unique_ptr<Node>> nodes;
  const UserId ada{"ada"}, bob{"bob"};
};

TEST_F(RosterTest, nodes_know_who_is_on_the_others) {
  Node& one = add("one");
  Node& other = add("other");
  EXPECT_EQ(one.roster.nodes(), 1u);
  EXPECT_EQ(other.roster.nodes(), 1u);
  one.roster.set_own(ada, Here::messaging | Here::video_calls);
  EXPECT_TRUE(one.roster.has_news());
  tell();
  EXPECT_EQ(other.roster.elsewhere(ada), Here::messaging | Here::video_calls);
  EXPECT_EQ(one.roster.elsewhere(ada), Here::nothing) << "he is here";
  one.roster.set_own(ada, Here::nothing);
  tell();
  EXPECT_EQ(other.roster.elsewhere(ada), Here::nothing);
  EXPECT_EQ(other.changes, (std::vector<std::string>{"ada 0→5", "ada 5→0"}));
  EXPECT_EQ(other.roster.users(), 0u);
}

TEST_F(RosterTest, a_user_on_two_nodes_is_there_until_he_has_left_both) {
  Node& one = add("one");
  Node& two = add("two");
  Node& three = add("three");
  one.roster.set_own(ada, Here::messaging);
  two.roster.set_own(ada, Here::messaging | Here::in_call);
  tell();
  EXPECT_EQ(three.roster.elsewhere(ada), Here::messaging | Here::in_call);
  two.roster.set_own(ada, Here::nothing);
  tell();
  EXPECT_EQ(three.roster.elsewhere(ada), Here::messaging);
  one.roster.set_own(ada, Here::nothing);
  tell();
  EXPECT_EQ(three.roster.elsewhere(ada), Here::nothing);
}

TEST_F(RosterTest, a_node_that_comes_later_is_told_of_everybody) {
  Node& one = add("one");
  for (int i = 0; i < 1500; ++i) one.roster.set_own({"user-" + std::to_string(i)}, Here::messaging);
  tell();
  Node& late = add("late");
  EXPECT_EQ(late.roster.users(), 1500u);
}

TEST_F(RosterTest, news_that_were_lost_are_asked_for_within_a_beat) {
  Node& one = add("one");
  Node& other = add("other");
  one.roster.set_own(ada, Here::messaging);
  one.roster.set_own(bob, Here::messaging);
  tell();
  down = true;
  one.roster.set_own(ada, Here::nothing);
  tell();
  down = false;
  EXPECT_EQ(other.roster.elsewhere(ada), Here::messaging);
  run(2s);
  EXPECT_EQ(other.roster.elsewhere(ada), Here::nothing);
  EXPECT_EQ(other.roster.elsewhere(bob), Here::messaging);
}

TEST_F(RosterTest, F8_the_users_of_a_node_that_is_silent_are_gone_when_its_lease_ends) {
  Node& one = add("one");
  Node& other = add("other");
  one.roster.set_own(ada, Here::messaging);
  tell();
  one.alive = false;
  run(limits::roster_lease - 1s);
  EXPECT_EQ(other.roster.elsewhere(ada), Here::messaging);
  run(2s);
  EXPECT_EQ(other.roster.elsewhere(ada), Here::nothing);
  EXPECT_EQ(other.lost, std::vector<std::string>{"one"});
  one.alive = true; // it was only frozen
  run(2s);
  EXPECT_EQ(other.roster.elsewhere(ada), Here::messaging);
}

TEST_F(RosterTest, F6_while_nothing_can_be_heard_nobody_is_taken_for_gone) {
  Node& one = add("one");
  Node& other = add("other");
  one.roster.set_own(ada, Here::messaging);
  tell();
  down = true;
  for (const auto& node : nodes) node->roster.on_lost();
  run(10 * limits::roster_lease);
  EXPECT_EQ(other.roster.elsewhere(ada), Here::messaging);
  one.roster.set_own(bob, Here::notifications);
  run(1s);
  down = false;
  for (const auto& node : nodes) node->roster.on_ready(now);
  run(2s);
  EXPECT_EQ(other.roster.elsewhere(ada), Here::messaging);
  EXPECT_EQ(other.roster.elsewhere(bob), Here::notifications);
  EXPECT_TRUE(other.lost.empty());
}

TEST_F(RosterTest, who_stops_says_so) {
  Node& one = add("one");
  Node& other = add("other");
  one.roster.set_own(ada, Here::messaging);
  tell();
  one.roster.leave();
  one.alive = false;
  settle();
  EXPECT_EQ(other.roster.elsewhere(ada), Here::nothing);
  EXPECT_EQ(other.roster.nodes(), 0u);
}

TEST_F(RosterTest, E16_what_cannot_be_read_is_refused) {
  Node& one = add("one");
  const std::string good =
      R"({"v":1,"kind":"news","node":"x","number":0,"to":"","last":true,"count":1,"users":[["ada",1]]})";
  for (std::size_t length = 0; length < good.size(); ++length) one.roster.on_message(good.substr(0, length), now);
  EXPECT_EQ(one.roster.refused(), good.size());
  for (const auto& [what, instead] : {std::pair{"\"v\":1", "\"v\":2"},
                                      {"news", "nonsense"},
                                      {"\"x\"", "\"\""},
                                      {"\"x\"", "7"},
                                      {"\"number\":0", "\"number\":-1"},
                                      {"true", "1"},
                                      {"[[\"ada\",1]]", "{}"},
                                      {"[\"ada\",1]", "[\"ada\",16]"},
                                      {"[\"ada\",1]", "[\"ada\",-1]"},
                                      {"[\"ada\",1]", "[7,1]"},
                                      {"[\"ada\",1]", "[\"ada\",1,1,0]"},
                                      {"[\"ada\",1]", "[\"ada\",1,0,0,0]"},
                                      {"[\"ada\",1]", "[\"ada\",1,1,1,0]"},
                                      {"[\"ada\",1]", "[\"ada\",1,-1,0,0]"},
                                      {"[\"ada\",1]", "[\"ada\",1,1000001,0,0]"},
                                      {"[\"ada\",1]", "[\"ada\",1,\"1\",0,0]"},
                                      {"[\"ada\",1]", "7"}}) {
    std::string bytes = good;
    bytes.replace(bytes.find(what), std::string_view(what).size(), instead);
    const auto before = one.roster.refused();
    one.roster.on_message(bytes, now);
    EXPECT_EQ(one.roster.refused(), before + 1) << bytes;
  }
}

TEST_F(RosterTest, nodes_know_how_many_sockets_a_user_has_on_the_others) {
  Node& one = add("one");
  Node& two = add("two");
  Node& three = add("three");
  one.roster.set_own(ada, {{.messaging = 3, .video_calls = 1}, false});
  three.roster.set_own(ada, {{.messaging = 2, .notifications = 1}, true});
  tell();
  EXPECT_EQ(two.roster.sockets_elsewhere(ada), (SocketCounts{5, 1, 1}));
  EXPECT_EQ(one.roster.sockets_elsewhere(ada), (SocketCounts{2, 1, 0}));
  EXPECT_EQ(two.roster.sockets_elsewhere(bob), SocketCounts());
  two.changes.clear();
  two.sockets.clear();
  one.roster.set_own(ada, {{.messaging = 4, .video_calls = 1}, false});
  tell();
  EXPECT_EQ(two.roster.sockets_elsewhere(ada), (SocketCounts{6, 1, 1}));
  EXPECT_THAT(two.sockets, testing::ElementsAre(ada));
  EXPECT_TRUE(two.changes.empty()) << "he does what he did";
}

TEST_F(RosterTest, all_nodes_agree_whose_sockets_go_first) {
  Node& one = add("a");
  Node& two = add("b");
  Node& three = add("c");
  for (Node* node : {&one, &two, &three}) node->roster.set_own(ada, {{.messaging = 2}, false});
  tell();
  EXPECT_EQ(one.roster.sockets_that_go_first(ada), SocketCounts());
  EXPECT_EQ(two.roster.sockets_that_go_first(ada), (SocketCounts{2, 0, 0}));
  EXPECT_EQ(three.roster.sockets_that_go_first(ada), (SocketCounts{4, 0, 0}));
}

TEST_F(RosterTest, F8_the_sockets_of_a_node_that_is_silent_count_until_its_lease_ends) {
  Node& one = add("one");
  Node& two = add("two");
  one.roster.set_own(ada, {{.messaging = 3}, false});
  tell();
  one.alive = false;
  run(4s);
  EXPECT_EQ(two.roster.sockets_elsewhere(ada), (SocketCounts{3, 0, 0}));
  run(2s);
  EXPECT_EQ(two.roster.sockets_elsewhere(ada), SocketCounts());
}

TEST_F(RosterTest, a_node_of_an_older_version_says_no_numbers_and_each_counts_as_one_socket) {
  Node& one = add("one");
  one.roster.on_message(
      R"({"v":1,"kind":"all","node":"x","number":0,"to":"one","last":true,"count":1,"users":[["ada",5]]})", now);
  EXPECT_EQ(one.roster.sockets_elsewhere(ada), (SocketCounts{1, 0, 1}));
}

// Whatever the bus loses, doubles and reorders, in the end everybody knows the same.
TEST_F(RosterTest, F6_after_any_losses_all_nodes_agree) {
  std::mt19937 random(7);
  for (const char* name : {"one", "two", "three"}) add(name);
  for (int round = 0; round < 300; ++round) {
    Node& node = *nodes[random() % 3];
    const UserId user{"user-" + std::to_string(random() % 20)};
    node.roster.set_own(user, static_cast<Here>(random() % 16));
    now += std::chrono::milliseconds(random() % 300);
    for (const auto& each : nodes) each->roster.on_time(now);
    auto arriving = std::exchange(waiting, {});
    std::shuffle(arriving.begin(), arriving.end(), random);
    for (const std::string& bytes : arriving) {
      if (random() % 3 == 0) continue;
      const auto times = random() % 5 == 0 ? 2 : 1;
      for (int i = 0; i < times; ++i) {
        for (const auto& each : nodes) each->roster.on_message(bytes, now);
      }
    }
  }
  run(5s);
  for (int i = 0; i < 20; ++i) {
    const UserId user{"user-" + std::to_string(i)};
    for (const auto& viewer : nodes) {
      Here all = Here::nothing;
      for (const auto& node : nodes) {
        if (node != viewer) all = all | own(*node, user);
      }
      EXPECT_EQ(viewer->roster.elsewhere(user), all) << viewer->name << " of " << user.value;
    }
  }
}

} // namespace
} // namespace mentara::cluster
