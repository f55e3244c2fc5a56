#include "wire/sio/event_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using test::TestClient;
using testing::ElementsAre;
using testing::IsEmpty;

class SioEventHandler : public test::ServerTest {
 protected:
  TestClient client{server};
  std::string id = client.connect();
  std::vector<std::string> seen;
};

TEST_F(SioEventHandler, gets_the_arguments_as_its_types) {
  nsp.on("say", [](Socket& socket, std::string_view room, int times, const std::vector<std::string>& words, Ack ack) {
    ack(room, times + 1, words, socket.id());
  });
  client.text(R"(427["say","hall",2,["a","b"]])");
  EXPECT_THAT(client.take(), ElementsAre(R"(437["hall",3,["a","b"],")" + id + R"("])"));
}

TEST_F(SioEventHandler, may_leave_out_what_it_does_not_need) {
  nsp.on("none", [&] { seen.emplace_back("none"); });
  nsp.on("text", [&](std::string text) { seen.push_back(text); });
  nsp.on("ack", [](Ack ack) { ack("yes"); });
  nsp.on("all", [&](const Args& args) { seen.emplace_back(args.raw_all()); });
  nsp.on("json", [&](Socket&, JsonView value) { seen.push_back(value.to_text()); });
  for (const char* packet :
       {R"(42["none",1])", R"(42["text","t",2])", R"(421["ack"])", R"(42["all",1,{}])", R"(42["json",{"a":1}])"}) {
    client.text(packet);
  }
  EXPECT_THAT(seen, ElementsAre("none", "t", "1,{}", R"({"a":1})"));
  EXPECT_THAT(client.take(), ElementsAre(R"(431["yes"])"));
}

TEST_F(SioEventHandler, is_not_called_when_an_argument_is_missing_or_something_else) {
  nsp.on("pair", [&](std::string_view, int) { seen.emplace_back("called"); });
  for (const char* packet : {R"(42["pair"])", R"(42["pair","a"])", R"(42["pair",1,"a"])", R"(421["pair","a",1.5])"}) {
    client.text(packet);
  }
  EXPECT_THAT(seen, IsEmpty());
  EXPECT_THAT(client.take(), IsEmpty());
  client.text(R"(42["pair","a",1])");
  EXPECT_THAT(seen, ElementsAre("called"));
}

TEST_F(SioEventHandler, an_optional_argument_may_be_missing) {
  nsp.on("page", [&](std::optional<int> limit, Ack ack) { ack(limit.value_or(20)); });
  client.text(R"(421["page"])");
  client.text(R"(422["page",null])");
  client.text(R"(423["page",5])");
  client.text(R"(424["page","5"])");
  EXPECT_THAT(client.take(), ElementsAre("431[20]", "432[20]", "433[5]"));
}

TEST_F(SioEventHandler, takes_bytes_and_nothing_else_as_bytes) {
  nsp.on("file",
         [&](std::string_view name, Binary content) { seen.push_back(std::string(name).append(content.bytes)); });
  client.text(R"(451-["file","n",{"_placeholder":true,"num":0}])");
  client.binary("\1\2");
  client.text(R"(42["file","n","text"])");
  EXPECT_THAT(seen, ElementsAre("n\1\2"));
}

TEST_F(SioEventHandler, may_be_a_functions_name_and_belong_to_one_socket) {
  struct Here {
    static void twice(Socket& socket, int number) { socket.emit("twice", 2 * number); }
  };
  nsp.adapter().find(id)->on("double", &Here::twice);
  nsp.adapter().find(id)->on("again", Here::twice);
  client.text(R"(42["double",4])");
  client.text(R"(42["again",5])");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["twice",8])", R"(42["twice",10])"));
}

TEST_F(SioEventHandler, the_server_stands_for_its_main_namespace) {
  server.on("hello", [&](Socket& socket) {
    socket.join("room");
    server.to("room").emit("room", json_object("id", 1, "tags", std::vector<int>{1, 2}));
    server.except("room").emit("others");
    server.emit("all");
  });
  client.text(R"(42["hello"])");
  EXPECT_THAT(client.take(), ElementsAre(R"(42["room",{"id":1,"tags":[1,2]}])", R"(42["all"])"));
}

} // namespace
} // namespace wire::sio
