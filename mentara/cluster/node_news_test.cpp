#include "mentara/cluster/node_news.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mentara::cluster {
namespace {

using testing::ElementsAre;

template <class News>
News there_and_back(const NodeNews& news) {
  wire::JsonParser parser;
  const auto parsed = parse_news(encode("n1", news), parser);
  EXPECT_TRUE(parsed);
  EXPECT_EQ(parsed->first, "n1");
  return std::get<News>(parsed->second);
}

TEST(NodeNews, come_back_as_they_were_told) {
  const Revocation of_token{.token_id = "t\"1", .until = {99}};
  EXPECT_EQ(there_and_back<TokensRevoked>(TokensRevoked{of_token}).revocation, of_token);
  const Revocation of_user{.user_id = {"ada"}, .issued_before = {7}, .until = {99}};
  EXPECT_EQ(there_and_back<TokensRevoked>(TokensRevoked{of_user}).revocation, of_user);
  const auto ended = there_and_back<UserDisconnected>(UserDisconnected{{"ada"}, "moved", "You moved."});
  EXPECT_EQ(ended.user_id, UserId{"ada"});
  EXPECT_EQ(ended.reason, "moved");
  EXPECT_EQ(ended.error, "You moved.");
  EXPECT_EQ(ended.request, "");
  EXPECT_EQ(there_and_back<UserDisconnected>(UserDisconnected{{"ada"}, "moved", "You moved.", "r1"}).request, "r1");
  const auto answer = there_and_back<SocketsEnded>(SocketsEnded{{"ada"}, "r1", 3});
  EXPECT_EQ(answer.request, "r1");
  EXPECT_EQ(answer.sockets, 3u);
  EXPECT_EQ(answer.node, "n1");
  EXPECT_EQ(there_and_back<PresenceSet>(PresenceSet{{"ada"}}).user_id, UserId{"ada"});
  const auto changed = there_and_back<VisibilityChanged>(VisibilityChanged{{"ada"}, {{"bob"}, {"cleo"}}});
  EXPECT_EQ(changed.one, UserId{"ada"});
  EXPECT_THAT(changed.others, ElementsAre(UserId{"bob"}, UserId{"cleo"}));
  const auto blocked = there_and_back<UserBlocked>(UserBlocked{{"ada"}, {"bob"}});
  EXPECT_EQ(blocked.by, UserId{"ada"});
  EXPECT_EQ(blocked.blocked, UserId{"bob"});
  const auto left = there_and_back<MemberLeft>(MemberLeft{{"ada"}, {"c1"}});
  EXPECT_EQ(left.user_id, UserId{"ada"});
  EXPECT_EQ(left.conversation_id, ConversationId{"c1"});
  const auto over = there_and_back<CallIsOver>(CallIsOver{{"ada"}, {"c1"}, EndReason::peer_lost, {99}});
  EXPECT_EQ(over.call_id, CallId{"c1"});
  EXPECT_EQ(over.reason, EndReason::peer_lost);
  EXPECT_EQ(over.ended_at, UnixTime{99});
}

TEST(NodeNews, E16_what_cannot_be_read_is_refused) {
  wire::JsonParser parser;
  for (const NodeNews& news :
       {NodeNews(TokensRevoked{{.token_id = "t", .until = {9}}}),
        NodeNews(UserDisconnected{{"ada"}, "moved", "You moved."}), NodeNews(PresenceSet{{"ada"}}),
        NodeNews(VisibilityChanged{{"ada"}, {{"bob"}}}), NodeNews(UserBlocked{{"ada"}, {"bob"}}),
        NodeNews(MemberLeft{{"ada"}, {"c1"}}), NodeNews(CallIsOver{{"ada"}, {"c1"}, EndReason::missed, {99}}),
        NodeNews(SocketsEnded{{"ada"}, "r1", 3})}) {
    const std::string whole = encode("n1", news);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_FALSE(parse_news(whole.substr(0, length), parser)) << whole.substr(0, length);
    }
  }
  for (const char* text :
       {"[]", "7", R"({"v":2,"node":"n","kind":"presence","user":"a"})", R"({"v":1,"kind":"presence","user":"a"})",
        R"({"v":1,"node":"n","kind":"presence","user":""})", R"({"v":1,"node":"n","kind":"presence","user":7})",
        R"({"v":1,"node":"n","kind":"x","user":"a"})",
        R"({"v":1,"node":"n","kind":"revoked","user":"a","token":"t","before":1,"until":2})",
        R"({"v":1,"node":"n","kind":"revoked","user":"","token":"","before":1,"until":2})",
        R"({"v":1,"node":"n","kind":"revoked","user":"a","token":"","before":"1","until":2})",
        R"({"v":1,"node":"n","kind":"visibility","user":"a","others":["b",7]})",
        R"({"v":1,"node":"n","kind":"visibility","user":"a"})", R"({"v":1,"node":"n","kind":"blocked","user":"a"})",
        R"({"v":1,"node":"n","kind":"left","user":"","conversation":"c"})",
        R"({"v":1,"node":"n","kind":"ended","user":"a","request":"r"})",
        R"({"v":1,"node":"n","kind":"ended","user":"a","request":"","sockets":1})",
        R"({"v":1,"node":"n","kind":"ended","user":"a","request":"r","sockets":-1})",
        R"({"v":1,"node":"n","kind":"ended","user":"a","request":"r","sockets":1000001})",
        R"({"v":1,"node":"n","kind":"disconnected","user":"a","reason":"r"})"}) {
    EXPECT_FALSE(parse_news(text, parser)) << text;
  }
}

} // namespace
} // namespace mentara::cluster
