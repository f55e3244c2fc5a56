#include "mentara/cluster/keeper_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mentara::cluster {
namespace {

const CallActor ada{{.id = {"ada"}, .name = "Ada \"L\"", .role = "user"}, {"phone"}, "socket-1"};
const CallActor bob{{.id = {"bob"}}, {"desk\n"}, "socket-2"};

std::vector<KeeperMessage> samples() {
  return {AllSockets{7, 1, false, {ada, bob}},
          AllSockets{8, 2, true, {}},
          SocketCame{9, ada},
          SocketGone{10, "socket-1"},
          AskedOfKeeper{11, 3, "video:offer", ada, R"({"callId":"c\n"})"},
          KeeperBeat{11, {2, 5}},
          KeeperBeat{11, {std::int64_t{1} << 53, 0}},
          KeeperAnswer{3, std::string(R"({"success":true})")},
          KeeperAnswer{4, Failure{Code::glare, "answer that call", "", std::nullopt, "c1"}},
          KeeperAnswer{5, Failure{Code::unavailable, "later", "toUserId", 1000}},
          TellAllSockets{},
          TellAllSockets{true},
          RoomSeats{{2, 5}, {{"room"}, {{{{"ada"}, {"phone"}, "Ada", {true, false, true, false}}, "socket-1"}}}},
          RoomSeats{{2, 6}, {{"room"}, {}}},
          AllRooms{{2, 6}, 1, false, {{{"room"}, {{{{"bob"}, {"desk"}, "Bob", {}}, "socket-2"}}}, {{"other"}, {}}}},
          AllRooms{{3, 0}, 2, true, {}},
          NotKeeper{6},
          KeeperChanged{}};
}

TEST(KeeperMessage, everything_that_is_said_is_understood) {
  wire::JsonParser parser;
  for (const KeeperMessage& sample : samples()) {
    const std::string bytes = encode("node-1", sample);
    const auto parsed = parse_keeper_message(bytes, parser);
    ASSERT_TRUE(parsed) << bytes;
    EXPECT_EQ(parsed->first, "node-1");
    EXPECT_EQ(parsed->second.index(), sample.index());
    EXPECT_EQ(encode("node-1", parsed->second), bytes);
  }
}

TEST(KeeperMessage, E16_what_is_cut_anywhere_or_of_another_kind_is_refused) {
  wire::JsonParser parser;
  for (const KeeperMessage& sample : samples()) {
    const std::string bytes = encode("n", sample);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_FALSE(parse_keeper_message(std::string_view(bytes).substr(0, length), parser)) << bytes << length;
    }
  }
  for (
      const char* bytes : {
          "",
          "\n",
          "{}\n",
          "[]\n",
          R"({"v":2,"node":"n","kind":"changed"})"
          "\n",
          R"({"v":1,"node":"","kind":"changed"})"
          "\n",
          R"({"v":1,"node":"n","kind":"nonsense","number":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":-1,"term":1,"roomsNumber":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":"1","term":1,"roomsNumber":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":1,"term":-1,"roomsNumber":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":1,"term":1,"roomsNumber":-1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":9223372036854775807,"term":1,"roomsNumber":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":1,"term":9007199254740993,"roomsNumber":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":1,"term":1,"roomsNumber":9223372036854775807})"
          "\n",
          R"({"v":1,"node":"n","kind":"beat","number":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"came","number":1,"socket":{"user":"","device":"d","socket":"s"}})"
          "\n",
          R"({"v":1,"node":"n","kind":"came","number":1,"socket":{"user":"u","device":"d","socket":""}})"
          "\n",
          R"({"v":1,"node":"n","kind":"all","number":1,"part":-1,"last":true,"sockets":[]})"
          "\n",
          R"({"v":1,"node":"n","kind":"all","number":1,"part":0,"last":true,"sockets":[7]})"
          "\n",
          R"({"v":1,"node":"n","kind":"tell-all"})"
          "\n",
          R"({"v":1,"node":"n","kind":"room","term":1,"roomsNumber":1,"room":{"room":"","seats":[]}})"
          "\n",
          R"({"v":1,"node":"n","kind":"room","term":1,"roomsNumber":1,"room":7})"
          "\n",
          R"({"v":1,"node":"n","kind":"room","term":1,"room":{"room":"r","seats":[]}})"
          "\n",
          R"({"v":1,"node":"n","kind":"room","term":1,"roomsNumber":1,"room":{"room":"r","seats":[{"user":"u","device":"d","socket":"s"}]}})"
          "\n",
          R"({"v":1,"node":"n","kind":"rooms","term":1,"roomsNumber":1,"part":-1,"last":true,"rooms":[]})"
          "\n",
          R"({"v":1,"node":"n","kind":"rooms","term":1,"roomsNumber":1,"part":0,"last":true,"rooms":[7]})"
          "\n",
          R"({"v":1,"node":"n","kind":"answer","id":1})"
          "\n",
          R"({"v":1,"node":"n","kind":"answer","id":1})"
          "\n[]",
          R"({"v":1,"node":"n","kind":"failure","id":1,"code":99,"error":"","field":"","call":""})"
          "\n",
          R"({"v":1,"node":"n","kind":"ask","number":1,"id":1,"event":"e","socket":{"user":"u","device":"d","socket":"s"}})"
          "\n\"x\"",
      }) {
    EXPECT_FALSE(parse_keeper_message(bytes, parser)) << bytes;
  }
}

} // namespace
} // namespace mentara::cluster
