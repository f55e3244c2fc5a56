#include "mentara/services/conference_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

class NoNews final : public ConferenceNews {
 public:
  void joined(const ConversationId&, const ConferenceParticipant&, const std::vector<std::string>&) override {}
  void left(const ConversationId&, const ConferenceParticipant&, const std::vector<std::string>&) override {}
  void signal(const ConversationId&, const ConferenceParticipant&, const std::string&, const std::string&) override {}
};

TEST(ConferenceService, I9_who_leaves_before_the_answer_to_his_joining_came_does_not_sit_there_for_ever) {
  World world;
  world.make_group("g", {"ada", "bob"});
  NoNews news;
  Engagements engagements(world.bus, world.clock);
  ConferenceService conferences(*world.store, engagements, news);
  const CallActor phone{{.id = {"ada"}}, {"phone"}, "phone1"};
  conferences.connect(phone);
  std::vector<std::string> answers;
  conferences.join(phone, {"g"}, {}, [&](wire::Result<std::vector<ConferenceParticipant>, Failure> joined) {
    answers.push_back(joined ? "joined" : std::string(to_string(joined.error().code)));
  });
  conferences.leave(phone, {"g"}, [&](wire::Result<std::monostate, Failure> left) {
    answers.push_back(left ? "left" : std::string(to_string(left.error().code)));
  });
  while (answers.size() < 2) static_cast<void>(world.list("ada"));
  EXPECT_THAT(answers, testing::ElementsAre("left", "conflict"));
  EXPECT_EQ(conferences.size(), 0u);
  EXPECT_FALSE(engagements.is_busy({"ada"}));

  conferences.join(phone, {"g"}, {}, [&](auto joined) { answers.push_back(joined ? "joined" : "refused"); });
  while (answers.size() < 3) static_cast<void>(world.list("ada"));
  EXPECT_EQ(answers.back(), "joined") << "and may join again";
}

TEST(ConferenceService, F8_a_keeper_that_lost_its_place_before_it_began_remembers_no_sockets_when_it_has_it_again) {
  World world;
  NoNews news;
  Engagements engagements(world.bus, world.clock);
  ConferenceService conferences(*world.store, engagements, news, CallSite::shared);
  conferences.connect({{.id = {"ada"}}, {"phone"}, "phone1"});
  conferences.let_go();
  conferences.learn({{"g"}, {{{{"ada"}, {"phone"}, "Ada", {}}, "phone1"}}});
  conferences.restore();
  EXPECT_FALSE(engagements.is_busy({"ada"})) << "the phone was gone meanwhile";
  EXPECT_EQ(conferences.size(), 0u);
}

TEST(ConferenceService, who_learns_all_rooms_forgets_those_that_are_over) {
  World world;
  NoNews news;
  Engagements engagements(world.bus, world.clock);
  ConferenceService conferences(*world.store, engagements, news, CallSite::shared);
  const ConferenceSeat seat{{{"ada"}, {"phone"}, "Ada", {}}, "phone1"};
  conferences.learn({{"over"}, {seat}});
  conferences.learn_all({{{"g"}, {seat}}, {{"empty"}, {}}});
  EXPECT_THAT(conferences.rooms(), testing::ElementsAre(ConferenceRoom{{"g"}, {seat}}));
}

} // namespace
} // namespace mentara::services
