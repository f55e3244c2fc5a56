#include "mentara/cluster/log_news.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mentara::cluster {
namespace {

using testing::ElementsAre;

LogNews sample() {
  LogNews news{.node = "n1", .epoch = "e1", .position = 42, .channel = Channel::MESSAGING, .event = "message"};
  news.users = {{"ann"}, {"b\"ob\n"}};
  news.message = storage::Delivered{{"c1"}, 7};
  news.sender_id = {"ann"};
  news.origin = "socket-1";
  news.payload = R"({"content":"a\nb","seq":7,"cursor":"x"})";
  return news;
}

TEST(LogNews, comes_back_as_it_was_told) {
  LogNewsParser parser;
  const auto parsed = parser.parse(encode(sample()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->node, "n1");
  EXPECT_EQ(parsed->epoch, "e1");
  EXPECT_EQ(parsed->position, 42);
  EXPECT_EQ(parsed->channel, Channel::MESSAGING);
  EXPECT_EQ(parsed->event, "message");
  EXPECT_THAT(parsed->users, ElementsAre(UserId{"ann"}, UserId{"b\"ob\n"}));
  EXPECT_EQ(parsed->message, (storage::Delivered{{"c1"}, 7}));
  EXPECT_EQ(parsed->sender_id, UserId{"ann"});
  EXPECT_EQ(parsed->origin, "socket-1");
  EXPECT_EQ(parsed->payload, sample().payload);
}

TEST(LogNews, are_known_by_their_beginning_to_who_told_them) {
  LogNews news = sample();
  news.node = "n\"1";
  EXPECT_TRUE(encode(news).starts_with(beginning_of("n\"1") + ','));
  EXPECT_FALSE(encode(sample()).starts_with(beginning_of("n")));
}

TEST(LogNews, needs_no_message_and_no_sender) {
  LogNews news = sample();
  news.channel = Channel::VIDEO_CALLS;
  news.message.reset();
  news.sender_id = {};
  LogNewsParser parser;
  const auto parsed = parser.parse(encode(news));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->channel, Channel::VIDEO_CALLS);
  EXPECT_FALSE(parsed->message);
}

TEST(LogNews, E16_that_are_cut_at_any_byte_are_refused) {
  const std::string whole = encode(sample());
  LogNewsParser parser;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parser.parse(whole.substr(0, length))) << length;
  }
}

TEST(LogNews, E16_with_a_field_that_is_missing_or_of_another_kind_are_refused) {
  const std::string whole = encode(sample());
  LogNewsParser parser;
  const auto with = [&](std::string_view what, std::string_view instead) {
    std::string bytes = whole;
    bytes.replace(bytes.find(what), what.size(), instead);
    return parser.parse(bytes);
  };
  EXPECT_EQ(with("\"v\":1", "\"v\":2").error(), NewsError::other_version);
  for (const auto& [what, instead] : {std::pair{"\"v\":1", "\"v\":\"1\""},
                                      {"\"node\":\"n1\"", "\"node\":1"},
                                      {"\"epoch\":\"e1\"", "\"epoch\":null"},
                                      {"\"origin\":\"socket-1\"", "\"origin\":1"},
                                      {"\"position\":42", "\"position\":0"},
                                      {"\"position\":42", "\"position\":-3"},
                                      {"\"position\":42", "\"x\":1"},
                                      {"\"channel\":1", "\"channel\":4"},
                                      {"\"channel\":1", "\"channel\":0"},
                                      {"\"event\":\"message\"", "\"event\":[]"},
                                      {"\"ann\",", "7,"},
                                      {"\"conversation\":\"c1\"", "\"x\":1"},
                                      {"\"seq\":7,\"cursor\"", "seq:7,\"cursor\""},
                                      {"{\"content\"", "[\"content\""}}) {
    EXPECT_FALSE(with(what, instead)) << what << " → " << instead;
  }
  EXPECT_FALSE(parser.parse(whole.substr(0, whole.find('\n') + 1) + "[1]")) << "the payload is no object";
  EXPECT_FALSE(parser.parse(whole + "\xff"));
}

} // namespace
} // namespace mentara::cluster
