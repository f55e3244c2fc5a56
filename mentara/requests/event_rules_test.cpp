#include "mentara/requests/event_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits.h"

namespace mentara::requests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct EventRules : testing::Test {
  wire::JsonView json(std::string_view text) { return *parser.parse(text); }
  wire::JsonParser parser;
};

TEST_F(EventRules, fill_templates_with_texts_numbers_and_words_by_their_path) {
  const auto data = json(R"({"patient":{"name":"Ana \"A\" {x}","id":7},"urgent":true,"list":[1],"none":null})");
  EXPECT_EQ(fill("Visit of {patient.name} ({patient.id}, {urgent})", data), "Visit of Ana \"A\" {x} (7, true)");
  EXPECT_EQ(fill("[{list}{none}{patient}{missing}{patient.name.first}]", data), "[]");
  EXPECT_EQ(fill("", data), "");
  EXPECT_EQ(fill("plain", json("[]")), "plain");
}

TEST_F(EventRules, find_users_as_a_text_or_a_list_and_leave_out_what_is_no_user) {
  const auto data = json(R"({"doctor":{"id":"d"},"all":["a",1,"","b",null,["c"]],"number":5})");
  EXPECT_THAT(users_at("doctor.id", data), ElementsAre(UserId{"d"}));
  EXPECT_THAT(users_at("all", data), ElementsAre(UserId{"a"}, UserId{"b"}));
  EXPECT_THAT(users_at("number", data), IsEmpty());
  EXPECT_THAT(users_at("missing.id", data), IsEmpty());
}

TEST_F(EventRules, make_a_request_of_each_rule_that_concerns_the_event_and_names_somebody) {
  const std::vector<NotificationRule> rules{
      {.event = "Booked", .type = "BOOKED", .title = "{when}", .collapse_key = "visit:{id}"},
      {.event = "Booked", .recipients = "doctorId", .type = "NEW_VISIT", .priority = Priority::HIGH, .title = "x"},
      {.event = "Booked", .recipients = "nobody", .type = "X", .title = "x"},
      {.event = "Cancelled", .type = "X", .title = "x"}};
  const auto requests = apply_rules(rules, "Booked", json(R"({"when":"today","id":"v1","doctorId":"d"})"), {{"p"}});
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0].user_ids, ElementsAre(UserId{"p"}));
  EXPECT_EQ(requests[0].draft.title, "today");
  EXPECT_EQ(requests[0].draft.collapse_key, "visit:v1");
  EXPECT_THAT(requests[1].user_ids, ElementsAre(UserId{"d"}));
  EXPECT_EQ(requests[1].draft.priority, Priority::HIGH);
}

TEST_F(EventRules, cut_what_is_too_long_between_characters) {
  std::string name;
  for (std::size_t i = 0; i < limits::notification_title_chars_max; ++i) name += "\u00e4";
  const auto title = [&](const std::string& text) {
    return apply_rules({{.event = "E", .type = "X", .title = "{n}"}}, "E", json("{\"n\":\"" + text + "\"}"), {{"u"}})[0]
        .draft.title;
  };
  EXPECT_EQ(title(name), name);
  EXPECT_EQ(title(name + "\u00e4"), name);
}

} // namespace
} // namespace mentara::requests
