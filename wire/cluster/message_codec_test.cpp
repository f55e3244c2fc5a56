#include "wire/cluster/message_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wire::cluster {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::IsEmpty;

// As @socket.io/redis-adapter 8.3 wrote it, with notepack.io 3: ["3Rlhxe", {type: 2, data: ["told", 1, <01 ff>,
// {d: Date}], nsp: "/chat"}, {rooms: ["a"], except: ["b"], flags: {volatile: true, compress: false}}].
const std::string from_node =
    "\x93\xa6"
    "3Rlhxe\x83\xa4type\x02\xa4"
    "data\x94\xa4told\x01\xc4\x02\x01\xff\x81\xa1"
    "d\xd6\xff\x65\xe0\x74\xc0\xa3nsp\xa5/chat"
    "\x83\xa5rooms\x91\xa1"
    "a\xa6"
    "except\x91\xa1"
    "b\xa5"
    "flags\x82\xa8volatile\xc3\xa8"
    "compress\xc2"s;

TEST(ClusterMessages, reads_a_broadcast_of_node) {
  const auto message = parse_broadcast(from_node);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->from, "3Rlhxe");
  EXPECT_EQ(message->nsp, "/chat");
  EXPECT_EQ(message->event, "told");
  EXPECT_EQ(message->payload.json(), R"(1,{"_placeholder":true,"num":0},{"d":"2024-02-29T12:12:48.000Z"})");
  EXPECT_THAT(message->payload.attachments(), ElementsAre("\x01\xff"s));
  EXPECT_THAT(message->options.rooms, ElementsAre("a"));
  EXPECT_THAT(message->options.except, ElementsAre("b"));
  EXPECT_TRUE(message->options.flags.is_volatile);
  EXPECT_FALSE(message->options.flags.compress);
}

TEST(ClusterMessages, writes_a_broadcast_that_reads_the_same) {
  BroadcastMessage message{.from = "me", .nsp = "/", .event = "e\"", .payload = {}, .options = {}};
  message.payload.add("text").add(sio::Binary{"\0bytes"sv}).add(1.5);
  message.options.rooms = {"a", "b"};
  message.options.flags.is_volatile = true;
  message.options.flags.is_ephemeral = true;
  const auto again = parse_broadcast(encode(message));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->from, "me");
  EXPECT_EQ(again->event, "e\"");
  EXPECT_EQ(again->payload.json(), message.payload.json());
  EXPECT_EQ(again->payload.attachments(), message.payload.attachments());
  EXPECT_EQ(again->options.rooms, message.options.rooms);
  EXPECT_TRUE(again->options.flags.is_volatile);
  EXPECT_TRUE(again->options.flags.is_ephemeral);
  EXPECT_TRUE(again->options.flags.compress);
}

// Every prefix of a message, and every message with one byte changed: an error or a message, never more.
TEST(ClusterMessages, E16_what_is_not_whole_is_refused_and_nothing_is_believed) {
  for (std::size_t size = 0; size < from_node.size(); ++size) EXPECT_FALSE(parse_broadcast(from_node.substr(0, size)));
  for (std::size_t at = 0; at < from_node.size(); ++at) {
    for (const char byte : {'\0', '\x7f', '\x93', '\xc1', '\xdf', '\xff'}) {
      std::string changed = from_node;
      changed[at] = byte;
      parse_broadcast(changed);
      parse_request(changed);
      parse_response(changed);
    }
  }
  EXPECT_FALSE(parse_broadcast("\x90"));
  EXPECT_FALSE(parse_broadcast("\x93\xa1x\x01\x80"));
  EXPECT_FALSE(parse_request("{"));
  EXPECT_FALSE(parse_request("[]"));
  EXPECT_FALSE(parse_request(R"({"type":99,"requestId":"a"})"));
  EXPECT_FALSE(parse_request(R"({"type":2,"opts":{"rooms":[{}]},"rooms":[]})"));
  EXPECT_FALSE(parse_request(R"({"type":2,"opts":7,"rooms":[]})"));
  EXPECT_FALSE(parse_response(R"({"requestId":7})"));
  EXPECT_FALSE(parse_response(R"({"requestId":"a","sockets":[{"id":7}]})"));
  EXPECT_FALSE(parse_response(R"({"requestId":"a","type":8,"clientCount":-1})"));
  EXPECT_FALSE(parse_response(R"({"requestId":"a","type":8,"clientCount":1e30})"));
}

TEST(ClusterMessages, reads_requests_of_node_and_of_its_emitter) {
  const auto join = parse_request(
      R"({"uid":"u","type":2,"opts":{"rooms":["a",7],"except":[]},"rooms":["b"]})"); // a room of Node may be a number
  ASSERT_TRUE(join);
  EXPECT_EQ(join->type, RequestType::remote_join);
  EXPECT_EQ(join->from, "u");
  EXPECT_THAT(join->whom.rooms, ElementsAre("a", "7"));
  EXPECT_THAT(join->rooms, ElementsAre("b"));
  const auto emitter = parse_request(R"({"type":4,"opts":{"rooms":["a"],"except":["b"]},"close":true})");
  ASSERT_TRUE(emitter);
  EXPECT_EQ(emitter->from, "");
  EXPECT_TRUE(emitter->close);
  EXPECT_THAT(emitter->whom.except, ElementsAre("b"));
  const auto legacy = parse_request(R"({"type":3,"sid":"s","room":"r","requestId":"x"})");
  ASSERT_TRUE(legacy);
  EXPECT_THAT(legacy->whom.rooms, ElementsAre("s"));
  EXPECT_THAT(legacy->rooms, ElementsAre("r"));
}

TEST(ClusterMessages, requests_read_the_same_as_they_were_written) {
  for (const RequestType type : {RequestType::sockets, RequestType::all_rooms, RequestType::remote_join,
                                 RequestType::remote_leave, RequestType::remote_disconnect, RequestType::remote_fetch,
                                 RequestType::server_side_emit, RequestType::broadcast}) {
    Request request{.type = type, .from = "me", .id = "request"};
    request.whom.rooms = {"a"};
    request.rooms = {"b"};
    request.close = true;
    request.event = "question";
    request.payload.add(7);
    request.timeout = milliseconds(1500);
    const auto again = parse_request(encode(request, "/"));
    ASSERT_TRUE(again) << static_cast<int>(type);
    EXPECT_EQ(again->type, type);
    EXPECT_EQ(again->from, "me");
    EXPECT_EQ(again->id, "request");
    if (type == RequestType::remote_join || type == RequestType::remote_fetch || type == RequestType::broadcast) {
      EXPECT_THAT(again->whom.rooms, ElementsAre("a"));
    }
    if (type == RequestType::remote_leave) {
      EXPECT_THAT(again->rooms, ElementsAre("b"));
    }
    if (type == RequestType::remote_disconnect) {
      EXPECT_TRUE(again->close);
    }
    if (type == RequestType::broadcast) {
      EXPECT_EQ(again->timeout, milliseconds(1500));
    }
    if (type == RequestType::broadcast || type == RequestType::server_side_emit) {
      EXPECT_EQ(again->event, "question");
      EXPECT_EQ(again->payload.json(), "7");
    }
  }
}

TEST(ClusterMessages, responses_read_the_same_as_they_were_written) {
  Response described{.kind = Response::Kind::described, .id = "request"};
  described.sockets = {{"id", R"({"address":"192.0.2.1"})", {"id", "a"}, R"({"name":"x"})"}, {"other", "{}", {}, ""}};
  auto again = parse_response(encode(described));
  ASSERT_TRUE(again);
  ASSERT_EQ(again->sockets.size(), 2u);
  EXPECT_EQ(again->sockets[0].handshake, R"({"address":"192.0.2.1"})");
  EXPECT_THAT(again->sockets[0].rooms, ElementsAre("id", "a"));
  EXPECT_EQ(again->sockets[0].data, R"({"name":"x"})");
  EXPECT_EQ(again->sockets[1].data, "{}");

  again = parse_response(encode({.kind = Response::Kind::client_count, .id = "request", .clients = 3}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->clients, 3u);

  Response answer{.kind = Response::Kind::client_answer, .id = "request"};
  answer.answer.add(sio::Binary{"\0\xff"sv});
  again = parse_response(encode(answer));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->answer.json(), R"({"_placeholder":true,"num":0})");
  EXPECT_THAT(again->answer.attachments(), ElementsAre("\0\xff"s));

  again = parse_response(encode({.kind = Response::Kind::rooms, .id = "request", .names = {"a", "b"}}));
  ASSERT_TRUE(again);
  EXPECT_THAT(again->names, ElementsAre("a", "b"));
  EXPECT_THAT(again->sockets, IsEmpty());
}

} // namespace
} // namespace wire::cluster
