#include "mentara/cluster/keeper_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mentara/limits_of_nodes.h"

namespace mentara::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

// Nodes on a bus that loses what the test wants lost, and a store that says who keeps.
class KeeperLinkTest : public testing::Test {
 protected:
  struct Node final : KeeperLink::Outbox {
    Node(KeeperLinkTest& test, std::string node) : world(test), name(std::move(node)), link(name, *this) {}

    void publish(const std::string& to, std::string bytes) override {
      if (world.lose > 0) return static_cast<void>(--world.lose);
      world.waiting.push_back({name, to, std::move(bytes)});
    }
    void look() override { ++looks; }
    void learned(ConferenceRoom room) override {
      seats.erase(room.id.value);
      for (const ConferenceSeat& seat : room.seats) seats[room.id.value] += seat.socket;
    }
    void learned_all(std::vector<ConferenceRoom> rooms) override {
      seats.clear();
      for (ConferenceRoom& room : rooms) learned(std::move(room));
    }
    std::vector<ConferenceRoom> rooms() override {
      std::vector<ConferenceRoom> rooms;
      for (const auto& [room, socket] : seats) rooms.push_back(room_of(room, socket));
      return rooms;
    }
    void came(const CallActor& socket) override { did.push_back(socket.socket + " came"); }
    void gone(const CallActor& socket) override { did.push_back(socket.socket + " gone"); }
    void lost(const CallActor& socket) override { did.push_back(socket.socket + " lost"); }
    void restore() override { did.push_back("restored"); }
    void let_go() override { did.push_back("let go"); }
    void ask(const std::string& event, CallActor actor, const std::string& payload, KeeperLink::Reply reply) override {
      did.push_back(actor.socket + " asks " + event + " " + payload);
      if (event == "slow") {
        replies.push_back(std::move(reply));
      } else if (event == "bad") {
        reply(Failure{Code::conflict, "no", "field", 7, "call"});
      } else {
        reply(std::string(R"({"success":true})"));
      }
    }
    std::vector<std::string> take() { return std::exchange(did, {}); }

    KeeperLinkTest& world;
    const std::string name;
    KeeperLink link;
    bool alive = true;
    int looks = 0;
    std::vector<std::string> did;
    std::map<std::string, std::string> seats; // sockets, of the rooms
    std::vector<KeeperLink::Reply> replies;
  };
  struct Message {
    std::string from, to, bytes;
  };

  static ConferenceRoom room_of(const std::string& room, const std::string& socket) {
    if (socket.empty()) return {{room}, {}};
    return {{room}, {{{{"user"}, {"device"}, "", {}}, socket}}};
  }
  // As the keeper does it.
  void sit(Node& keeper, const std::string& room, const std::string& socket) {
    keeper.learned(room_of(room, socket));
    keeper.link.tell_room(room_of(room, socket)), settle();
  }

  Node& add(const std::string& name) {
    nodes.push_back(std::make_unique<Node>(*this, name));
    nodes.back()->link.on_ready(now);
    settle();
    return *nodes.back();
  }
  void settle() {
    while (!waiting.empty()) {
      for (const Message& message : std::exchange(waiting, {})) {
        for (const auto& node : nodes) {
          const bool is_meant = message.to.empty() || message.to == node->name;
          if (node->alive && is_meant) node->link.on_message(message.bytes, now);
        }
      }
    }
  }
  void keep(Node& node, const std::vector<std::string>& others) {
    node.link.keep(++keepers, now + limits::keeper_lease, others, 0s, now);
    settle();
  }
  void follow(Node& node, const std::string& keeper) { node.link.set_keeper(keeper, now), settle(); }
  void run(wire::Duration time, Node* renewed = nullptr) {
    for (wire::Duration passed{}; passed < time; passed += 500ms) {
      now += 500ms;
      if (renewed) renewed->link.keep_on(now + limits::keeper_lease);
      for (const auto& node : nodes) {
        if (node->alive) node->link.on_time(now);
      }
      settle();
    }
  }
  static CallActor on(const std::string& socket) { return {{.id = {"user-of-" + socket}}, {"device"}, socket}; }
  void came(Node& node, const std::string& socket) { node.link.came(on(socket), now), settle(); }
  void ask(Node& node, const std::string& event) {
    node.link.ask(event, on("a"), R"({"x":1})", now, [this](wire::Result<std::string, Failure> result) {
      answers.push_back(result ? *result : std::string(to_string(result.error().code)) + " " + result.error().field);
    });
    settle();
  }

  wire::TimePoint now{1h};
  int lose = 0, keepers = 0;
  std::vector<Message> waiting;
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<std::string> answers;
};

TEST_F(KeeperLinkTest, the_keeper_knows_the_sockets_of_all_nodes_and_does_what_their_clients_ask) {
  Node &one = add("one"), &other = add("other");
  came(one, "o"), came(other, "a");
  keep(one, {"other"});
  EXPECT_THAT(one.take(), ElementsAre("o came")) << "it waits for the other";
  ask(one, "own");
  EXPECT_THAT(answers, IsEmpty());
  follow(other, "one");
  EXPECT_THAT(one.take(), ElementsAre("a came", "restored", R"(a asks own {"x":1})"));
  came(other, "b");
  other.link.gone("a", now), settle();
  other.link.gone("never", now), settle();
  EXPECT_THAT(one.take(), ElementsAre("b came", "a gone"));
  answers.clear();
  ask(other, "good"), ask(other, "bad");
  EXPECT_THAT(answers, ElementsAre(R"({"success":true})", "conflict field"));
  EXPECT_EQ(other.link.waiting(), 0u);
}

TEST_F(KeeperLinkTest, what_gets_lost_is_told_again_within_two_beats) {
  Node &one = add("one"), &other = add("other");
  keep(one, {});
  follow(other, "one");
  one.take();
  came(other, "a");
  lose = 2;
  came(other, "b");
  other.link.gone("a", now), settle();
  EXPECT_THAT(one.take(), ElementsAre("a came"));
  run(2s, &one);
  EXPECT_THAT(one.take(), UnorderedElementsAre("b came", "a gone"));
  lose = 1;
  came(other, "c");
  ask(other, "good");
  EXPECT_THAT(answers, ElementsAre(R"({"success":true})")) << "a gap is no reason to refuse what is asked";
  EXPECT_THAT(one.take(), ElementsAre(R"(a asks good {"x":1})", "c came"));
}

TEST_F(KeeperLinkTest, F6_what_changed_while_the_bus_was_away_is_known_although_the_first_word_after_it_gets_lost) {
  Node &one = add("one"), &other = add("other");
  came(other, "a");
  keep(one, {});
  follow(other, "one");
  other.link.on_lost();
  other.link.gone("a", now);
  came(other, "b");
  one.take();
  lose = 1; // the keeper listens a moment later
  other.link.on_ready(now), settle();
  run(2 * limits::roster_beat, &one);
  EXPECT_THAT(one.take(), UnorderedElementsAre("b came", "a gone"));
}

TEST_F(KeeperLinkTest, all_know_who_sits_in_the_rooms_also_who_comes_later) {
  Node &one = add("one"), &other = add("other");
  keep(one, {}), follow(other, "one");
  sit(one, "r", "a"), sit(one, "s", "b"), sit(one, "s", "");
  EXPECT_THAT(other.seats, ElementsAre(Pair("r", "a")));
  Node& late = add("late");
  follow(late, "one");
  EXPECT_THAT(late.seats, ElementsAre(Pair("r", "a")));
}

// What was false: each change of a room may be told once. Who missed that somebody had left brought him back to his
// seat when it kept the rooms next, and he was busy without a conference.
TEST_F(KeeperLinkTest, F6_who_missed_a_change_of_a_room_is_told_all_rooms_within_two_beats) {
  Node &one = add("one"), &other = add("other");
  keep(one, {}), follow(other, "one");
  sit(one, "r", "a"), sit(one, "s", "b");
  lose = 1; // and nothing changes behind it
  sit(one, "r", "");
  EXPECT_THAT(other.seats, ElementsAre(Pair("r", "a"), Pair("s", "b")));
  run(2 * limits::roster_beat, &one);
  EXPECT_THAT(other.seats, ElementsAre(Pair("s", "b")));
  lose = 1;
  sit(one, "s", "");
  sit(one, "t", "c"); // what comes behind it does not hide it
  run(2 * limits::roster_beat, &one);
  EXPECT_THAT(other.seats, ElementsAre(Pair("t", "c")));
}

TEST_F(KeeperLinkTest, F6_rooms_are_told_again_only_to_who_missed_something_and_old_words_change_nothing) {
  Node &one = add("one"), &other = add("other");
  keep(one, {}), follow(other, "one");
  sit(one, "r", "a");
  one.learned(room_of("r", ""));
  one.link.tell_room(room_of("r", ""));
  const std::vector<Message> slow = std::exchange(waiting, {});
  run(limits::roster_beat, &one); // it may be on its way
  for (const Message& message : slow) other.link.on_message(message.bytes, now);
  sit(one, "r", "b");
  for (const Message& message : slow) other.link.on_message(message.bytes, now); // doubled, and late
  EXPECT_THAT(other.seats, ElementsAre(Pair("r", "b")));
  one.learned(room_of("never told", "x")); // shows whether all is told
  run(5 * limits::roster_beat, &one);
  EXPECT_THAT(other.seats, ElementsAre(Pair("r", "b")));
}

TEST_F(KeeperLinkTest, F8_a_new_keeper_that_missed_something_of_the_rooms_is_told_it_by_who_did_not) {
  Node &one = add("one"), &other = add("other"), &third = add("third");
  keep(one, {}), follow(other, "one"), follow(third, "one");
  sit(one, "r", "a");
  one.learned(room_of("r", ""));
  one.link.tell_room(room_of("r", ""));
  for (const Message& message : std::exchange(waiting, {})) third.link.on_message(message.bytes, now);
  one.alive = false;
  keep(other, {"third"});
  EXPECT_THAT(other.seats, ElementsAre(Pair("r", "a")));
  follow(third, "other");
  EXPECT_THAT(other.take(), ElementsAre("restored"));
  EXPECT_THAT(other.seats, IsEmpty());
}

TEST_F(KeeperLinkTest, many_rooms_are_told_in_parts_and_of_a_part_that_got_lost_nothing_is_forgotten) {
  Node &one = add("one"), &other = add("other");
  keep(one, {}), follow(other, "one");
  const std::size_t many = 2 * limits::keeper_message_rooms + 1;
  for (std::size_t i = 0; i < many; ++i) one.learned(room_of("r" + std::to_string(i), "a"));
  lose = 1;
  sit(one, "r0", "b");
  for (int beat = 0; beat < 2; ++beat) { // the second part of the first attempt gets lost
    now += limits::roster_beat;
    one.link.keep_on(now + limits::keeper_lease);
    other.link.on_time(now);
    while (!waiting.empty()) {
      const Message message = waiting.front();
      waiting.erase(waiting.begin());
      const bool is_second = message.bytes.find(R"("part":1)") != std::string::npos;
      if (!is_second) (message.to == "one" ? one : other).link.on_message(message.bytes, now);
    }
  }
  EXPECT_THAT(other.seats, IsEmpty());
  run(2 * limits::roster_beat, &one);
  EXPECT_EQ(other.seats.size(), many);
}

TEST_F(KeeperLinkTest, F8_when_the_keeper_dies_what_was_asked_is_asked_of_the_next_one) {
  Node &one = add("one"), &other = add("other"), &third = add("third");
  keep(one, {});
  came(other, "a"), came(third, "t");
  follow(other, "one"), follow(third, "one");
  one.alive = false;
  ask(other, "good");
  ask(third, "bad");
  EXPECT_THAT(answers, IsEmpty());
  keep(other, {"third"});
  EXPECT_THAT(other.take(), ElementsAre("a came"));
  EXPECT_EQ(third.looks, 3) << "it was said that somebody else may keep them";
  follow(third, "other");
  EXPECT_THAT(other.take(),
              UnorderedElementsAre("t came", "restored", R"(a asks good {"x":1})", R"(a asks bad {"x":1})"));
  EXPECT_THAT(answers, UnorderedElementsAre(R"({"success":true})", "conflict field"));
}

TEST_F(KeeperLinkTest, F8_a_keeper_that_cannot_say_so_in_time_is_it_no_more_and_does_nothing_with_what_it_knew) {
  Node &one = add("one"), &other = add("other");
  keep(one, {});
  came(other, "a"), follow(other, "one");
  one.take();
  one.alive = false; // frozen
  now += limits::keeper_lease;
  one.link.on_node_lost("other", now);
  EXPECT_THAT(one.take(), ElementsAre("let go")) << "and not: a lost";
  EXPECT_FALSE(one.link.keeps(now));
  one.alive = true;
  ask(other, "good");
  EXPECT_GE(other.looks, 1) << "it hears that this one keeps no calls";
  keep(other, {});
  EXPECT_THAT(answers, ElementsAre(R"({"success":true})"));
}

TEST_F(KeeperLinkTest, nobody_waits_for_ever_neither_for_a_keeper_nor_for_what_others_have_to_say) {
  Node &one = add("one"), &other = add("other");
  ask(other, "good");
  run(limits::keeper_patience - 500ms);
  EXPECT_THAT(answers, IsEmpty());
  run(500ms);
  EXPECT_THAT(answers, ElementsAre("unavailable "));
  keep(one, {"silent"});
  run(limits::keeper_settle - 500ms, &one);
  EXPECT_FALSE(one.link.keeps(now));
  run(500ms, &one);
  EXPECT_TRUE(one.link.keeps(now));
  EXPECT_THAT(one.take(), ElementsAre("restored"));
}

TEST_F(KeeperLinkTest, F6_without_the_bus_a_node_that_does_not_keep_the_calls_says_so_and_one_that_does_goes_on) {
  Node &one = add("one"), &other = add("other");
  keep(one, {});
  came(other, "a"), follow(other, "one");
  one.link.on_lost(), other.link.on_lost();
  ask(other, "good"), ask(one, "good");
  EXPECT_THAT(answers, ElementsAre("unavailable ", R"({"success":true})"));
  came(other, "b");
  one.take();
  other.link.on_ready(now), one.link.on_ready(now), settle();
  EXPECT_THAT(one.take(), ElementsAre("b came"));
}

TEST_F(KeeperLinkTest, a_node_that_is_no_more_takes_its_sockets_with_it) {
  Node &one = add("one"), &other = add("other");
  keep(one, {});
  came(other, "a"), came(other, "b"), follow(other, "one");
  one.take();
  one.link.on_node_lost("other", now);
  EXPECT_THAT(one.take(), UnorderedElementsAre("a lost", "b lost"));
  run(2s, &one);
  EXPECT_THAT(one.take(), UnorderedElementsAre("a came", "b came")) << "it was only slow";
}

// What was false: whoever says who is there has heard of every node that the keeper has. The sockets of one that told
// them and died before it had said anything else stayed for ever, and their users in their conferences.
TEST_F(KeeperLinkTest, F8_a_node_that_is_silent_is_no_more_and_one_that_could_not_be_heard_is) {
  Node &one = add("one"), &other = add("other");
  keep(one, {});
  came(other, "a"), follow(other, "one");
  one.take();
  other.alive = false;
  one.link.on_lost();
  run(2 * limits::roster_lease, &one);
  one.link.on_ready(now);
  run(limits::roster_lease - 500ms, &one);
  EXPECT_THAT(one.take(), IsEmpty());
  run(500ms, &one);
  EXPECT_THAT(one.take(), ElementsAre("a lost"));
}

TEST_F(KeeperLinkTest, more_than_so_much_does_not_wait) {
  Node& one = add("one");
  for (std::size_t i = 0; i <= limits::keeper_asked_max; ++i) ask(one, "good");
  EXPECT_EQ(one.link.waiting(), limits::keeper_asked_max);
  EXPECT_THAT(answers, ElementsAre("unavailable "));
}

TEST_F(KeeperLinkTest, E16_what_cannot_be_read_is_counted_and_what_others_may_not_say_is_ignored) {
  Node &one = add("one"), &other = add("other");
  keep(one, {});
  follow(other, "one");
  one.take(), other.take();
  ask(other, "slow");
  one.link.on_message("nonsense", now);
  EXPECT_EQ(one.link.refused(), 1u);
  other.link.on_message(encode("stranger", KeeperAnswer{1, std::string("{}")}), now);
  other.link.on_message(encode("one", KeeperAnswer{77, std::string("{}")}), now);
  EXPECT_THAT(answers, IsEmpty());
  one.replies.front()(std::string(R"({"done":1})")), settle();
  EXPECT_THAT(answers, ElementsAre(R"({"done":1})"));
}

} // namespace
} // namespace mentara::cluster
