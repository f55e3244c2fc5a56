#include "wire/sio/parent_namespace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class SioParentNamespace : public test::ServerTest {
 protected:
  explicit SioParentNamespace(ServerOptions options = {}) : ServerTest(std::move(options)) {}

  EventHandler tell(std::string what) {
    return [this, what = std::move(what)](Socket& socket, const Args&, Ack) {
      story.push_back(what + " in " + socket.nsp().name());
    };
  }
  static std::string invalid(const std::string& name) { return "44" + name + R"(,{"message":"Invalid namespace"})"; }

  std::vector<std::string> story;
};

TEST_F(SioParentNamespace, makes_a_child_for_each_name_that_its_pattern_matches) {
  server.of_matching("^/game-[0-9]+$").on("move", tell("move"));
  TestClient one(server), two(server);
  one.connect("/game-1");
  two.connect("/game-22");
  EXPECT_NE(server.find("/game-1"), server.find("/game-22"));
  EXPECT_TRUE(server.find("/game-1")->is_child());
  one.text(R"(42/game-1,["move"])");
  two.text(R"(42/game-22,["move"])");
  EXPECT_THAT(story, ElementsAre("move in /game-1", "move in /game-22"));
  server.find("/game-1")->emit("to all");
  EXPECT_THAT(one.take(), ElementsAre(R"(42/game-1,["to all"])"));
  EXPECT_THAT(two.take(), IsEmpty());
}

TEST_F(SioParentNamespace, leaves_other_names_unknown) {
  server.of_matching("^/game-[0-9]+$");
  TestClient client(server);
  for (const char* name : {"/game-", "/game-1x", "/other"}) {
    client.text("40" + std::string(name) + ",");
    EXPECT_THAT(client.take(), ElementsAre(invalid(name)));
    EXPECT_EQ(server.find(name), nullptr);
  }
}

TEST_F(SioParentNamespace, refuses_a_pattern_that_is_none) { EXPECT_THROW(server.of_matching("("), std::regex_error); }

TEST_F(SioParentNamespace, is_asked_in_the_order_of_registration_with_the_name_and_what_the_client_sent) {
  server
      .of_matching([this](std::string_view name, std::string_view auth) {
        story.push_back("first " + std::string(name) + " " + std::string(auth));
        return false;
      })
      .on("hi", tell("wrong"));
  server.of_matching([](std::string_view, std::string_view) { return true; }).on("hi", tell("second"));
  server.of_matching([](std::string_view, std::string_view) { return true; }).on("hi", tell("third"));
  TestClient client(server);
  client.text(R"(40/any,{"token":1})");
  client.text(R"(42/any,["hi"])");
  EXPECT_THAT(story, ElementsAre(R"(first /any {"token":1})", "second in /any"));
}

TEST_F(SioParentNamespace, a_child_has_its_own_handlers_on_top_of_the_parent_s) {
  ParentNamespace& parent = server.of_matching("^/child$");
  Namespace& child = server.of("/child"); // a concrete one that matches
  EXPECT_TRUE(child.is_child());
  parent.use([this](Socket&, Next next) {
    story.push_back("parent's middleware");
    next();
  });
  child.use([this](Socket&, Next next) {
    story.push_back("child's middleware");
    next();
  });
  parent.on_connection([this](Socket&) { story.push_back("parent's connection"); });
  child.on_connection([this](Socket&) { story.push_back("child's connection"); });
  parent.on("both", tell("parent"));
  child.on("both", tell("child"));
  parent.on("parent", tell("parent"));
  parent.on_any([this](Socket&, std::string_view event, const Args&) { story.push_back("any " + std::string(event)); });
  parent.on_unhandled([this](Socket&, std::string_view, const Args&, Ack) { story.push_back("unhandled"); });
  parent.on_disconnecting([this](Socket&, DisconnectReason) { story.push_back("disconnecting"); });
  parent.on_disconnect([this](Socket&, DisconnectReason) { story.push_back("disconnect"); });
  TestClient client(server);
  client.connect("/child");
  client.text(R"(42/child,["both"])");
  client.text(R"(42/child,["parent"])");
  client.text(R"(42/child,["neither"])");
  client.text("41/child,");
  EXPECT_THAT(story, ElementsAre("parent's middleware", "child's middleware", "parent's connection",
                                 "child's connection", "any both", "child in /child", "any parent", "parent in /child",
                                 "any neither", "unhandled", "disconnecting", "disconnect"));
}

TEST_F(SioParentNamespace, emits_to_all_of_its_children) {
  ParentNamespace& games = server.of_matching("^/game-[0-9]+$");
  server.of_matching("^/other$");
  TestClient one(server), two(server), other(server);
  one.connect("/game-1");
  two.connect("/game-2");
  other.connect("/other");
  games.emit("to all", 1, Binary{"x"});
  EXPECT_THAT(one.take(), ElementsAre(R"(451-/game-1,["to all",1,{"_placeholder":true,"num":0}])", "binary x"));
  EXPECT_THAT(two.take(), ElementsAre(R"(451-/game-2,["to all",1,{"_placeholder":true,"num":0}])", "binary x"));
  EXPECT_THAT(other.take(), IsEmpty());
  std::vector<std::string> names;
  games.for_each_child([&](Namespace& child) { names.push_back(child.name()); });
  EXPECT_THAT(names, ElementsAre("/game-1", "/game-2"));
}

TEST_F(SioParentNamespace, its_middleware_may_refuse) {
  server.of_matching("^/x$").use([](Socket&, Next next) { next.refuse({"no", {}}); });
  TestClient client(server);
  client.text("40/x,");
  EXPECT_THAT(client.take(), ElementsAre(R"(44/x,{"message":"no"})"));
}

TEST_F(SioParentNamespace, E25_long_names_match_nothing) {
  server.of_matching([](std::string_view, std::string_view) { return true; });
  const std::string longest = "/" + std::string(limits::namespace_name_bytes_max - 1, 'x');
  TestClient client(server);
  client.connect(longest);
  client.text("40" + longest + "x,");
  EXPECT_THAT(client.take(), ElementsAre(invalid(longest + "x")));
}

// Of matchers that answer later.
class SioAskedNamespace : public SioParentNamespace {
 protected:
  explicit SioAskedNamespace(ServerOptions options = {}) : SioParentNamespace(std::move(options)) {}
  void ask_later() {
    server.of_matching([this](std::string_view name, std::string_view auth, MatchReply reply) {
      story.push_back("asked about " + std::string(name) + " " + std::string(auth));
      replies.push_back(std::move(reply));
    });
  }
  std::vector<MatchReply> replies;
};

TEST_F(SioAskedNamespace, is_made_when_the_matcher_says_so) {
  ask_later();
  TestClient client(server);
  client.text(R"(40/later,{"token":1})");
  EXPECT_THAT(client.take(), IsEmpty());
  EXPECT_EQ(server.find("/later"), nullptr);
  replies[0](true);
  EXPECT_THAT(client.take(), ElementsAre(StartsWith(R"(40/later,{"sid":")")));
  EXPECT_THAT(story, ElementsAre(R"(asked about /later {"token":1})"));
  client.connect("/");
}

TEST_F(SioAskedNamespace, the_next_parent_is_asked_after_a_late_no_or_none) {
  ask_later();
  ask_later();
  server.of_matching("^/third$").on("hi", tell("third"));
  TestClient client(server), other(server);
  client.text("40/third,");
  replies[0](false);
  { const MatchReply dropped = std::move(replies[1]); }
  EXPECT_THAT(client.take(), ElementsAre(StartsWith("40/third,")));
  client.text(R"(42/third,["hi"])");
  EXPECT_THAT(story, ElementsAre("asked about /third {}", "asked about /third {}", "third in /third"));
  other.text("40/nobody,");
  replies[2](false);
  replies[3](false);
  EXPECT_THAT(other.take(), ElementsAre(invalid("/nobody")));
  EXPECT_FALSE(other.ended());
}

TEST_F(SioAskedNamespace, all_who_asked_meet_in_one_namespace_whatever_the_later_answers_are) {
  ask_later();
  TestClient one(server), two(server), three(server);
  for (TestClient* client : {&one, &two, &three}) client->text("40/n,");
  replies[1](true);
  Namespace* made = server.find("/n");
  replies[0](true);
  replies[2](false);
  EXPECT_EQ(server.find("/n"), made);
  for (TestClient* client : {&one, &two, &three}) EXPECT_THAT(client->take(), ElementsAre(StartsWith("40/n,")));
  EXPECT_EQ(made->socket_count(), 3u);
}

TEST_F(SioAskedNamespace, E25_a_second_CONNECT_while_the_first_is_decided_closes) {
  ask_later();
  TestClient client(server);
  client.text("40/n,");
  client.text("40/n,");
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(replies.size(), 1u);
  replies[0](true);
  EXPECT_THAT(client.take(), testing::Each("close"));
}

TEST_F(SioAskedNamespace, E26_an_event_before_the_answer_closes) {
  ask_later();
  TestClient client(server);
  client.text("40/n,");
  client.text(R"(42/n,["too soon"])");
  EXPECT_TRUE(client.ended());
}

TEST_F(SioAskedNamespace, an_answer_may_come_when_the_connection_is_gone) {
  ask_later();
  TestClient client(server), dropped(server);
  client.text("40/n,");
  dropped.text("40/m,");
  client.session().discard(eio::CloseReason::transport_close);
  dropped.drop();
  replies[0](true);
  replies[1](true);
  EXPECT_EQ(server.find("/n")->socket_count(), 0u);
}

TEST_F(SioAskedNamespace, an_answer_may_come_when_the_server_is_gone) {
  auto other = std::make_unique<Server>(loop, ServerOptions());
  other->of_matching(
      [this](std::string_view, std::string_view, MatchReply reply) { replies.push_back(std::move(reply)); });
  auto client = std::make_unique<TestClient>(*other);
  client->text("40/n,");
  client->text("40/m,");
  client->drop();
  other.reset();
  replies[0](true);
  replies.clear();
}

class SioFewNamespaces : public SioParentNamespace {
 protected:
  SioFewNamespaces()
      : SioParentNamespace([] {
          ServerOptions options;
          options.dynamic_namespaces_max = 2;
          options.cleanup_empty_child_namespaces = true;
          return options;
        }()) {}
};

TEST_F(SioFewNamespaces, E25_clients_cannot_make_any_number_of_them) {
  server.of_matching("^/n");
  TestClient client(server);
  client.connect("/n1");
  client.connect("/n2");
  client.text("40/n3,");
  EXPECT_THAT(client.take(), ElementsAre(invalid("/n3")));
}

TEST_F(SioFewNamespaces, E25_nor_by_asking_for_all_of_them_at_once) {
  std::vector<MatchReply> replies;
  server.of_matching(
      [&](std::string_view, std::string_view, MatchReply reply) { replies.push_back(std::move(reply)); });
  TestClient client(server);
  for (const char* name : {"/n1", "/n2", "/n3"}) client.text("40" + std::string(name) + ",");
  for (MatchReply& reply : replies) reply(true);
  EXPECT_THAT(client.take(), ElementsAre(StartsWith(R"(40/n1,{"sid")"), StartsWith(R"(40/n2,{"sid")"), invalid("/n3")));
}

TEST_F(SioFewNamespaces, an_empty_child_goes_if_that_is_wanted_and_makes_room) {
  server.of_matching("^/n").on("hi", tell("hi"));
  TestClient client(server), other(server);
  client.connect("/n1");
  client.connect("/n2");
  other.connect("/n2");
  client.text("41/n1,");
  client.text("41/n2,");
  net::test::run_turns(loop);
  EXPECT_EQ(server.find("/n1"), nullptr);
  EXPECT_NE(server.find("/n2"), nullptr) << "somebody is there";
  server.of_matching("^/n").emit("those that are left"); // of a parent that has none
  client.connect("/n3");
  client.text(R"(42/n3,["hi"])");
  EXPECT_THAT(story, ElementsAre("hi in /n3"));
}

TEST_F(SioFewNamespaces, a_child_that_somebody_joins_again_before_it_is_cleaned_up_stays) {
  server.of_matching("^/n");
  TestClient client(server);
  client.connect("/n1");
  client.text("41/n1,");
  client.connect("/n1");
  net::test::run_turns(loop);
  ASSERT_NE(server.find("/n1"), nullptr);
  server.find("/n1")->emit("here");
  EXPECT_THAT(client.take(), ElementsAre(R"(42/n1,["here"])"));
}

TEST_F(SioFewNamespaces, a_child_whose_only_client_was_refused_goes_as_well) {
  server.of_matching("^/n").use([](Socket&, Next next) { next.refuse({"no", {}}); });
  TestClient client(server);
  client.text("40/n1,");
  EXPECT_THAT(client.take(), ElementsAre(StartsWith("44/n1,")));
  net::test::run_turns(loop);
  EXPECT_EQ(server.find("/n1"), nullptr);
}

TEST_F(SioFewNamespaces, who_is_still_being_decided_about_keeps_a_child_alive) {
  std::vector<Next> waiting;
  server.of_matching("^/n").use([&](Socket&, Next next) { waiting.push_back(std::move(next)); });
  TestClient client(server), other(server);
  client.text("40/n1,");
  other.text("40/n1,");
  waiting[0].refuse({"no", {}});
  net::test::run_turns(loop);
  ASSERT_NE(server.find("/n1"), nullptr);
  waiting[1]();
  EXPECT_THAT(other.take(), ElementsAre(StartsWith(R"(40/n1,{"sid":")")));
}

} // namespace
} // namespace wire::sio
