#include "wire/sio/msgpack_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/base/json.h"
#include "wire/base/limits.h"
#include "wire/sio/packet_codec.h"
#include "wire/sio/test_support.h"

namespace wire::sio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "82 a4" and quoted texts, such as "a4'type'", become bytes.
std::string bytes(std::string_view spelt) {
  std::string out;
  for (std::size_t i = 0; i < spelt.size();) {
    if (spelt[i] == ' ') {
      ++i;
    } else if (spelt[i] == '\'') {
      const std::size_t end = spelt.find('\'', i + 1);
      out += spelt.substr(i + 1, end - i - 1);
      i = end + 1;
    } else {
      out += static_cast<char>(std::stoi(std::string(spelt.substr(i, 2)), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

// A packet of type event with this data.
std::string event(std::string_view data) { return bytes("83 a4'type' 02 a3'nsp' a1'/' a4'data'") + bytes(data); }

struct Outcome {
  std::string what; // the packet as text would spell it, or what is wrong
  std::vector<std::string> attachments;
};

Outcome parse(std::string_view message) {
  Outcome outcome;
  std::string json;
  const std::string exact(message); // so that a sanitizer sees what is read behind it
  const auto packet = parse_msgpack_packet(exact, json, outcome.attachments);
  if (!packet) return {describe(packet.error()), {}};
  append_packet_header(outcome.what, packet->type, packet->nsp, packet->id, packet->attachments);
  outcome.what += packet->json;
  return outcome;
}
std::string parsed(std::string_view message) { return parse(message).what; }
std::string data(std::string_view spelt) {
  const std::string all = parsed(event("91" + std::string(spelt)));
  return all.starts_with("2[") ? all.substr(2, all.size() - 3) : all;
}

const std::string not_msgpack = describe(Error::invalid_msgpack);

// --- as the JavaScript client sends them (notepack 2.2.0) ---

TEST(SioMsgpack, reads_what_the_javascript_client_sends) {
  // encode({type: 0, data: undefined, nsp: "/"})
  EXPECT_EQ(parsed(bytes("83 a4'type' 00 a4'data' d4 00 00 a3'nsp' a1'/'")), "0");
  // encode({type: 2, data: ["hi", 1], options: {compress: true}, id: 7, nsp: "/chat"})
  EXPECT_EQ(parsed(bytes("85 a4'type' 02 a4'data' 92 a2'hi' 01 a7'options' 81 a8'compress' c3 a2'id' 07 "
                         "a3'nsp' a5'/chat'")),
            R"(2/chat,7["hi",1])");
  // encode({type: 1, nsp: "/"}), and an ack
  EXPECT_EQ(parsed(bytes("82 a4'type' 01 a3'nsp' a1'/'")), "1");
  EXPECT_EQ(parsed(bytes("84 a4'type' 03 a3'nsp' a1'/' a2'id' 00 a4'data' 90")), "30[]");
  EXPECT_EQ(parsed(bytes("84 a4'type' 02 a3'nsp' a1'/' a2'id' d4 00 00 a4'data' 91 a1'a'")), R"(2["a"])");
}

TEST(SioMsgpack, tells_bytes_as_attachments) {
  const auto outcome = parse(event("93 a4'file' c4 02'ab' 81 a1'x' c7 01 00'c'"));
  EXPECT_EQ(outcome.what, R"(52-["file",{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}])");
  EXPECT_THAT(outcome.attachments, ElementsAre("ab", "c"));
  EXPECT_THAT(parse(event("92 a1'e' c5 00 01'a'")).attachments, ElementsAre("a"));
  EXPECT_THAT(parse(event("92 a1'e' c6 00 00 00 01'a'")).attachments, ElementsAre("a"));
  EXPECT_THAT(parse(event("92 a1'e' c8 00 01 00'a'")).attachments, ElementsAre("a"));
  EXPECT_THAT(parse(event("92 a1'e' c9 00 00 00 01 00'a'")).attachments, ElementsAre("a"));
}

TEST(SioMsgpack, tells_undefined_as_json_does) {
  EXPECT_EQ(data("d4 00 00"), "null");
  EXPECT_EQ(data("83 a1'a' d4 00 00 a1'b' 01 a1'c' d4 00 00"), R"({"b":1})");
  EXPECT_EQ(data("82 a1'a' 01 a1'b' d4 00 00"), R"({"a":1})");
}

TEST(SioMsgpack, tells_dates_as_json_does) {
  EXPECT_EQ(data("d7 00 00 00 00 00 00 00 00 00"), R"("1970-01-01T00:00:00.000Z")");
  EXPECT_EQ(data("d7 00 ff ff ff ff ff ff ff ff"), R"("1969-12-31T23:59:59.999Z")");
  EXPECT_EQ(data("d7 00 00 00 01 8d f4 bc 56 7b"), R"("2024-02-29T12:00:00.123Z")");
  EXPECT_EQ(data("d7 00 00 1e b2 08 c2 dc 00 00"), R"("+275760-09-13T00:00:00.000Z")"); // the last that there is
  EXPECT_EQ(data("d7 00 00 1e b2 08 c2 dc 00 01"), "null");
  EXPECT_EQ(data("d7 00 ff e1 4d f7 3d 24 00 00"), R"("-271821-04-20T00:00:00.000Z")");
  EXPECT_EQ(data("d7 00 80 00 00 00 00 00 00 00"), "null");
}

TEST(SioMsgpack, tells_timestamps_of_messagepack_as_dates) {
  EXPECT_EQ(data("d6 ff 65 e0 74 c0"), R"("2024-02-29T12:12:48.000Z")");
  EXPECT_EQ(data("d7 ff 1d 53 53 00 65 e0 74 c0"), R"("2024-02-29T12:12:48.123Z")");
  EXPECT_EQ(data("c7 0c ff 07 54 d4 c0 ff ff ff ff ff ff ff ff"), R"("1969-12-31T23:59:59.123Z")");
  EXPECT_EQ(data("c7 0c ff 00 00 00 00 7f ff ff ff ff ff ff ff"), "null") << "beyond what JavaScript calls a date";
  for (const char* spelt : {"d6 01 00 00 00 00", "d7 01 00 00 00 00 00 00 00 00", "d7 ff ff ff ff ff 00 00 00 00",
                            "c7 0b ff 00 00 00 00 00 00 00 00 00 00 00"}) {
    EXPECT_EQ(data(spelt), not_msgpack) << spelt;
  }
}

TEST(SioMsgpack, reads_every_kind_and_size_of_value) {
  const std::vector<std::pair<const char*, const char*>> samples = {
      {"c0", "null"},
      {"c2", "false"},
      {"c3", "true"},
      {"00", "0"},
      {"7f", "127"},
      {"e0", "-32"},
      {"ff", "-1"},
      {"cc ff", "255"},
      {"cd ff ff", "65535"},
      {"ce ff ff ff ff", "4294967295"},
      {"cf ff ff ff ff ff ff ff ff", "18446744073709551615"},
      {"d0 80", "-128"},
      {"d0 05", "5"},
      {"d1 80 00", "-32768"},
      {"d2 80 00 00 00", "-2147483648"},
      {"d3 80 00 00 00 00 00 00 00", "-9223372036854775808"},
      {"d3 00 00 00 00 00 00 00 01", "1"},
      {"ca 3f c0 00 00", "1.5"},
      {"cb 3f f8 00 00 00 00 00 00", "1.5"},
      {"cb 7f f0 00 00 00 00 00 00", "null"},
      {"cb 7f f8 00 00 00 00 00 00", "null"},
      {"a0", R"("")"},
      {"d9 01'x'", R"("x")"},
      {"da 00 01'x'", R"("x")"},
      {"db 00 00 00 01'x'", R"("x")"},
      {"90", "[]"},
      {"dc 00 01 01", "[1]"},
      {"dd 00 00 00 01 01", "[1]"},
      {"80", "{}"},
      {"de 00 01 a1'a' 01", R"({"a":1})"},
      {"df 00 00 00 01 a1'a' 01", R"({"a":1})"},
      {"a2 c3 84", "\"Ä\""},
      {"a1'\"'", R"("\"")"}};
  for (const auto& [spelt, json] : samples) EXPECT_EQ(data(spelt), json) << spelt;
}

// --- hostile ---

TEST(SioMsgpack, E2_a_length_is_believed_only_if_the_bytes_are_there) {
  for (const char* spelt : {"db ff ff ff ff", "dd ff ff ff ff", "df ff ff ff ff", "df 7f ff ff ff c0 c0",
                            "c6 ff ff ff ff", "c9 ff ff ff ff 00", "dc 00 02 c0", "de 00 01 c0", "a2'x'", "d9", "da 00",
                            "ca 00 00", "cb", "cf 00", "d4 00", "d7 00 00", "c7 01"}) {
    EXPECT_EQ(data(spelt), not_msgpack) << spelt;
  }
}

TEST(SioMsgpack, refuses_a_message_that_is_cut_anywhere_or_goes_on) {
  const std::string whole =
      event("94 a4'file' c4 02'ab' 82 a1'x' cb 3f f8 00 00 00 00 00 00 a1'y' c0 d7 00 00 00 00 00 00 00 00 00");
  ASSERT_TRUE(parsed(whole).starts_with("51-["));
  for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_EQ(parsed(whole.substr(0, size)), not_msgpack) << size;
  EXPECT_EQ(parsed(whole + "x"), not_msgpack);
  EXPECT_EQ(parsed(""), describe(Error::empty_packet));
}

TEST(SioMsgpack, refuses_kinds_that_it_does_not_know) {
  for (const char* spelt :
       {"c1", "d4 01 00", "d4 00 01", "d5 00 00 00", "d8 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
        "c7 01 05 00", "a1 ff", "81 01 01"}) {
    EXPECT_EQ(data(spelt), not_msgpack) << spelt;
  }
}

TEST(SioMsgpack, refuses_packets_that_are_none) {
  EXPECT_EQ(parsed(bytes("90")), not_msgpack);
  EXPECT_EQ(parsed(bytes("80")), not_msgpack);
  EXPECT_EQ(parsed(bytes("81 a3'nsp' a1'/'")), describe(Error::unknown_type));
  EXPECT_EQ(parsed(bytes("81 a4'type' 01")), not_msgpack) << "no nsp";
  EXPECT_EQ(parsed(bytes("82 a4'type' 01 a3'nsp' 01")), not_msgpack);
  for (const char* type : {"05", "ff", "c0", "cb 3f f0 00 00 00 00 00 00", "a1'1'"}) {
    EXPECT_EQ(parsed(bytes("82 a3'nsp' a1'/' a4'type'") + bytes(type)), describe(Error::unknown_type)) << type;
  }
  EXPECT_EQ(parsed(bytes("83 a4'type' 01 a4'type' 01 a3'nsp' a1'/'")), not_msgpack) << "a key twice";
  EXPECT_EQ(parsed(bytes("82 a4'type' 02 a3'nsp' a1'/'")), describe(Error::invalid_payload)) << "an event without data";
  EXPECT_EQ(parsed(event("d4 00 00")), describe(Error::invalid_payload));
  EXPECT_EQ(parsed(bytes("83 a4'type' 00 a3'nsp' a1'/' a4'data' 81 a1'a' c4 01'x'")), describe(Error::invalid_payload));
}

TEST(SioMsgpack, E26_ids_are_integers_that_javascript_can_tell_apart) {
  const auto with_id = [](const char* id) {
    return parsed(bytes("84 a4'type' 02 a3'nsp' a1'/' a4'data' 91 a1'a' a2'id'") + bytes(id));
  };
  EXPECT_EQ(with_id("cf 00 1f ff ff ff ff ff ff"), R"(29007199254740991["a"])");
  EXPECT_EQ(with_id("cf 00 20 00 00 00 00 00 00"), describe(Error::id_too_large));
  for (const char* id : {"ff", "c0", "a1'1'", "cb 3f f8 00 00 00 00 00 00"}) EXPECT_EQ(with_id(id), not_msgpack) << id;
}

TEST(SioMsgpack, E27_depth_and_number_of_values_are_those_of_json) {
  const auto nested = [](std::size_t depth) { return event(std::string()) + std::string(depth, '\x91') + '\x01'; };
  EXPECT_TRUE(parsed(nested(limits::json_depth_max)).starts_with("2["));
  EXPECT_EQ(parsed(nested(limits::json_depth_max + 1)), describe(Error::json_limit));
  EXPECT_EQ(parsed(nested(100'000)), describe(Error::json_limit));
  const auto many = [](std::size_t values) {
    return event("dd 00 00") + static_cast<char>(values >> 8) + static_cast<char>(values & 0xff) +
           std::string(values, '\x01');
  };
  EXPECT_TRUE(parsed(many(limits::json_values_max - 1)).starts_with("2["));
  EXPECT_EQ(parsed(many(limits::json_values_max)), describe(Error::json_limit));
}

TEST(SioMsgpack, what_it_passes_over_counts_too) {
  const std::string head = bytes("84 a4'type' 01 a3'nsp' a1'/' a1'a' 93 01 c4 01'x' 02 a1'b'");
  EXPECT_EQ(parsed(head + bytes("c0")), "1");
  EXPECT_EQ(parsed(head + std::string(100, '\x91') + '\x01'), describe(Error::json_limit));
}

// --- there and back ---

TEST(SioMsgpack, writes_what_it_reads) {
  for (const char* spelt :
       {"c0", "c2", "7f", "e0", "d0 df", "d0 80", "d1 ff 7f", "d2 ff ff 7f ff", "d3 ff ff ff ff 7f ff ff ff", "cc 80",
        "cd 01 00", "ce 00 01 00 00", "cf 00 00 00 01 00 00 00 00", "cb 3f f8 00 00 00 00 00 00", "a1'x'", "91 90",
        "82 a1'a' 01 a1'b' c4 02'xy'"}) {
    const std::string message = event("92 a1'e'" + std::string(spelt));
    std::string json;
    std::vector<std::string> attachments;
    const auto packet = parse_msgpack_packet(message, json, attachments);
    ASSERT_TRUE(packet) << spelt;
    std::string again;
    append_msgpack_packet(again, packet->type, packet->nsp, packet->id, packet->json, attachments);
    EXPECT_EQ(again, message) << spelt;
  }
}

TEST(SioMsgpack, writes_every_size) {
  for (const std::size_t size : {31u, 32u, 255u, 256u, 65'535u, 65'536u}) {
    std::string json = "[";
    append_json(json, std::string(size, 'x'));
    json += R"(,{"_placeholder":true,"num":0}])";
    std::string message;
    append_msgpack_packet(message, PacketType::ack, "/chat", 9, json, std::vector{std::string(size, 'b')});
    const auto outcome = parse(message);
    EXPECT_EQ(outcome.what, "61-/chat,9" + json) << size;
    EXPECT_THAT(outcome.attachments, ElementsAre(std::string(size, 'b')));
  }
  std::string array = "[0", message;
  for (int i = 1; i < 10'000; ++i) array.append(",").append(std::to_string(i));
  append_msgpack_packet(message, PacketType::event, "/", std::nullopt, array += ']');
  EXPECT_EQ(parsed(message), "2" + array);
}

TEST(SioMsgpack, sends_an_empty_array_rather_than_nonsense) {
  std::string message;
  append_msgpack_packet(message, PacketType::event, "/", std::nullopt, "[nonsense");
  EXPECT_EQ(parsed(message), "2[]");
}

// --- a server that speaks it ---

class SioMsgpackServer : public test::ServerTest {
 protected:
  SioMsgpackServer()
      : ServerTest([] {
          ServerOptions options;
          options.parser = Parser::msgpack;
          return options;
        }()) {}

  // What came, spelt as text would be.
  std::vector<std::string> take() {
    std::vector<std::string> all;
    for (const std::string& message : client.take()) {
      all.push_back(message.starts_with("binary ") ? parsed(std::string_view(message).substr(7)) : message);
    }
    return all;
  }
  Socket& connect() {
    client.binary(bytes("82 a4'type' 00 a3'nsp' a1'/'"));
    const auto came = take();
    EXPECT_EQ(came.size(), 1u);
    return *nsp.adapter().find(came.at(0).substr(9, 20));
  }

  test::TestClient client{server};
};

TEST_F(SioMsgpackServer, speaks_it_in_both_directions) {
  nsp.on("echo", [](Socket& socket, const Args& args, Ack ack) {
    socket.emit_payload("echoed", Payload().add(args));
    ack.send(Payload().add(args));
  });
  Socket& socket = connect();
  client.binary(bytes("84 a4'type' 02 a3'nsp' a1'/' a2'id' 03 a4'data' 93 a4'echo' 01 c4 01'x'"));
  EXPECT_THAT(take(), ElementsAre(R"(51-["echoed",1,{"_placeholder":true,"num":0}])",
                                  R"(61-3[1,{"_placeholder":true,"num":0}])"));
  nsp.emit("all", "x", Binary{"bytes"});
  EXPECT_THAT(take(), ElementsAre(R"(51-["all","x",{"_placeholder":true,"num":0}])"));
  std::string answered;
  socket.emit_with_ack(
      seconds(1), [&](const Args* answer) { answered = answer->raw_all(); }, "ask");
  EXPECT_THAT(take(), ElementsAre(R"(20["ask"])"));
  client.binary(bytes("84 a4'type' 03 a3'nsp' a1'/' a2'id' 00 a4'data' 91 07"));
  EXPECT_EQ(answered, "7");
  socket.disconnect();
  EXPECT_THAT(take(), ElementsAre("1"));
}

TEST_F(SioMsgpackServer, tells_listeners_of_what_is_sent) {
  std::vector<std::string> told;
  connect().on_any_outgoing([&](Socket&, std::string_view event, const Args& args) {
    told.push_back(std::string(event) + std::string(args.raw_all()) + std::string(args.binary(args[0]).value_or("")));
  });
  nsp.emit("all", Binary{"bytes"});
  nsp.emit("plain", 1);
  EXPECT_THAT(told, ElementsAre(R"(all{"_placeholder":true,"num":0}bytes)", "plain1"));
}

TEST_F(SioMsgpackServer, refuses_whom_its_middleware_refuses_and_unknown_namespaces) {
  client.binary(bytes("82 a4'type' 00 a3'nsp' a2'/x'"));
  EXPECT_THAT(take(), ElementsAre(R"(4/x,{"message":"Invalid namespace"})"));
  nsp.use([](Socket&, Next next) { next.refuse({"no", R"({"code":1})"}); });
  client.binary(bytes("82 a4'type' 00 a3'nsp' a1'/'"));
  EXPECT_THAT(take(), ElementsAre(R"(4{"message":"no","data":{"code":1}})"));
}

TEST_F(SioMsgpackServer, closes_the_connection_for_what_it_cannot_read_or_nobody_may_say) {
  for (const std::string& wrong :
       {bytes("c1"), event("90"), event("80"), event("91 a7'connect'"), event("92 a1'a' 82 a1'k' 01 a1'k' 02"),
        bytes("83 a4'type' 04 a3'nsp' a1'/' a4'data' 80"), bytes("83 a4'type' 01 a3'nsp' a1'/' a4'data' 90"),
        bytes("83 a4'type' 00 a3'nsp' a1'/' a4'data' 90")}) {
    test::TestClient one(server);
    one.binary(bytes("82 a4'type' 00 a3'nsp' a1'/'"));
    one.take();
    one.binary(wrong);
    EXPECT_TRUE(one.ended()) << testing::PrintToString(wrong);
  }
  test::TestClient standard(server);
  standard.text("40");
  EXPECT_TRUE(standard.ended()) << "text";
}

} // namespace
} // namespace wire::sio
