#include "wire/sio/requests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace wire::sio {
namespace {

constexpr TimePoint t0{};

class RequestsTest : public testing::Test {
 protected:
  AnswersHandler record() {
    return [this](bool complete, const std::vector<Payload>& answers) {
      std::string text = complete ? "complete" : "incomplete";
      for (const Payload& answer : answers) text += ' ' + std::string(answer.json());
      outcomes.push_back(text);
    };
  }
  void wait(Duration duration) { timers.advance(t0 + duration + net::TimingWheel::tick); }

  net::TimingWheel timers{t0};
  Requests requests{timers};
  std::vector<std::string> outcomes;
};

using Outcomes = std::vector<std::string>;

TEST_F(RequestsTest, a_broadcast_is_complete_when_every_client_of_every_server_has_answered) {
  const auto id = requests.begin_broadcast(2, t0 + seconds(1), record());
  requests.on_clients(id, 1);
  requests.on_answer(id, Payload::of(1));
  requests.on_clients(id, 1);
  EXPECT_EQ(outcomes, Outcomes());
  requests.on_answer(id, Payload::of("two"));
  EXPECT_EQ(outcomes, Outcomes{"complete 1 \"two\""});
}

TEST_F(RequestsTest, an_answer_may_come_before_its_server_has_counted) {
  const auto id = requests.begin_broadcast(1, t0 + seconds(1), record());
  requests.on_answer(id, Payload::of(1));
  EXPECT_EQ(outcomes, Outcomes());
  requests.on_clients(id, 1);
  EXPECT_EQ(outcomes, Outcomes{"complete 1"});
}

TEST_F(RequestsTest, nobody_to_ask_is_complete_at_once) {
  requests.on_clients(requests.begin_broadcast(1, t0 + seconds(1), record()), 0);
  EXPECT_EQ(outcomes, Outcomes{"complete"});
}

TEST_F(RequestsTest, when_time_is_up_what_came_is_told_and_what_comes_later_is_not) {
  const auto id = requests.begin_broadcast(1, t0 + seconds(1), record());
  requests.on_clients(id, 2);
  requests.on_answer(id, Payload::of(1));
  wait(milliseconds(900));
  EXPECT_EQ(outcomes, Outcomes());
  wait(seconds(1));
  EXPECT_EQ(outcomes, Outcomes{"incomplete 1"});
  requests.on_answer(id, Payload::of(2));
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(RequestsTest, F8_who_is_missing_is_counted_when_time_is_up) {
  std::vector<Completeness> told;
  const auto note = [&](Completeness complete, const auto&) { told.push_back(complete); };
  const auto fetched = requests.begin_fetch(2, t0 + seconds(1), note);
  requests.on_servers_counted(fetched, 3); // one of the two stands for three
  requests.on_sockets(fetched, {});
  requests.on_sockets(fetched, {});
  const auto asked = requests.begin_broadcast(2, t0 + seconds(1), note);
  requests.on_clients(asked, 3);
  requests.on_answer(asked, Payload::of(1));
  requests.on_no_answer(asked);
  const auto uncounted = requests.begin_fetch(2, t0 + seconds(1), note);
  requests.on_no_server(uncounted);
  requests.on_sockets(uncounted, {});
  ASSERT_EQ(told.size(), 1u) << "without Redis nobody is waited for";
  EXPECT_EQ(told[0].servers_missing, 1u);
  wait(seconds(1));
  ASSERT_EQ(told.size(), 3u);
  std::sort(told.begin(), told.end(), [](auto one, auto other) { return one.clients_missing < other.clients_missing; });
  EXPECT_EQ(told[1].servers_missing, 2u);
  EXPECT_EQ(told[2].servers_missing, 1u);
  EXPECT_EQ(told[2].clients_missing, 2u) << "one left, and one says nothing";
  for (const Completeness& complete : told) EXPECT_FALSE(complete);
}

TEST_F(RequestsTest, a_client_that_left_makes_it_incomplete) {
  const auto id = requests.begin_broadcast(1, t0 + seconds(1), record());
  requests.on_clients(id, 2);
  requests.on_no_answer(id);
  requests.on_answer(id, Payload::of(1));
  EXPECT_EQ(outcomes, Outcomes{"incomplete 1"});
}

TEST_F(RequestsTest, the_sockets_of_all_servers_are_gathered) {
  std::vector<std::string> ids;
  bool all = false;
  const auto id =
      requests.begin_fetch(2, t0 + seconds(1), [&](bool complete, const std::vector<RemoteSocket>& sockets) {
        all = complete;
        for (const RemoteSocket& socket : sockets) ids.push_back(socket.id);
      });
  requests.on_sockets(id, {{"a", "{}", {"a"}, "{}"}});
  EXPECT_TRUE(ids.empty());
  requests.on_sockets(id, {{"b", "{}", {"b"}, "{}"}});
  EXPECT_TRUE(all);
  EXPECT_EQ(ids, (std::vector<std::string>{"a", "b"}));
}

TEST_F(RequestsTest, an_outcome_may_ask_again) {
  const auto id = requests.begin_broadcast(1, t0 + seconds(1), [this](bool, const std::vector<Payload>&) {
    requests.on_clients(requests.begin_broadcast(1, t0 + seconds(1), record()), 0);
  });
  requests.on_clients(id, 0);
  EXPECT_EQ(outcomes, Outcomes{"complete"});
}

} // namespace
} // namespace wire::sio
