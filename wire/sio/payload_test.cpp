#include "wire/sio/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace wire::sio {
namespace {

using testing::ElementsAre;

// The arguments behind the name of an event whose JSON is `text`.
class SioPayload : public testing::Test {
 protected:
  Args args(std::string_view text, std::vector<std::string> bytes = {}, std::size_t skip = 1) {
    kept = text;
    attachments = std::move(bytes);
    const auto array = parser.parse(kept);
    EXPECT_TRUE(array) << text;
    return Args(*array, kept, skip, attachments);
  }

  JsonParser parser;
  std::string kept;
  std::vector<std::string> attachments;
};

constexpr const char* first = R"({"_placeholder":true,"num":0})";
constexpr const char* second = R"({"_placeholder":true,"num":1})";

std::string text_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

// --- received ---

TEST_F(SioPayload, tells_each_argument_as_a_value_and_as_its_text) {
  const Args some = args(R"(["event", "a,]\"[" ,{"b" : [1, 2]},-0.50])");
  EXPECT_EQ(some.size(), 3u);
  EXPECT_EQ(some[0].string(), "a,]\"[");
  EXPECT_EQ(some[1].find("b")->size(), 2u);
  EXPECT_EQ(some[2].number(), -0.5);
  EXPECT_TRUE(some[3].is_null());
  EXPECT_EQ(some.raw(0), R"("a,]\"[")");
  EXPECT_EQ(some.raw(1), R"({"b" : [1, 2]})");
  EXPECT_EQ(some.raw(2), "-0.50");
  EXPECT_EQ(some.raw(3), "null");
}

TEST_F(SioPayload, tells_all_of_them_as_one_text) {
  EXPECT_EQ(args(R"(["e",1,"a"])").raw_all(), R"(1,"a")");
  EXPECT_EQ(args(" [ \"e\" ,\t1 ,\r\n[2 ] \n ] ").raw_all(), "1 ,\r\n[2 ]");
  EXPECT_EQ(args(R"(["e","]"])").raw_all(), R"("]")");
  EXPECT_EQ(args(R"(["e"])").raw_all(), "");
  EXPECT_EQ(args("[]", {}, 0).raw_all(), "");
  EXPECT_EQ(args("[ ]", {}, 0).raw_all(), "");
  EXPECT_EQ(args("[ 1 , 2 ]", {}, 0).raw_all(), "1 , 2") << "an ack has no name to skip";
  EXPECT_EQ(args("[[],{}]", {}, 0).raw_all(), "[],{}");
}

TEST_F(SioPayload, has_no_arguments_when_there_is_no_payload) {
  const Args none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.raw_all(), "");
  EXPECT_EQ(none.raw(0), "null");
  EXPECT_TRUE(none[0].is_null());
  EXPECT_TRUE(args("[]", {}, 1).empty());
}

TEST_F(SioPayload, tells_the_bytes_that_a_placeholder_stands_for) {
  const Args some =
      args(R"(["e",{"_placeholder":true,"num":1},{"_placeholder":true,"num":2},{"num":0},[]])", {"zero", "one"});
  EXPECT_EQ(some.binary(some[0]), "one");
  EXPECT_EQ(some.binary(some[1]), std::nullopt) << "there is no third one";
  EXPECT_EQ(some.binary(some[2]), std::nullopt);
  EXPECT_EQ(some.binary(some[3]), std::nullopt);
}

// --- to be sent ---

TEST_F(SioPayload, writes_values_with_commas_between) {
  EXPECT_EQ(Payload().json(), "");
  EXPECT_EQ(Payload::of(1, "a\"b", true, nullptr, 1.5, std::optional<int>(), std::vector<int>{1, 2}).json(),
            R"(1,"a\"b",true,null,1.5,null,[1,2])");
  EXPECT_EQ(Payload::of("").json(), R"("")");
  EXPECT_EQ(Payload::of(RawJson{R"({"a":1})"}, 2).json(), R"({"a":1},2)");
}

TEST_F(SioPayload, writes_bytes_as_attachments_in_their_order) {
  const Payload payload = Payload::of("a", Binary{std::string_view("\x00\x01", 2)}, Binary{""});
  EXPECT_EQ(payload.json(), text_of({R"("a",)", first, ",", second}));
  EXPECT_THAT(payload.attachments(), ElementsAre(std::string("\x00\x01", 2), ""));
}

TEST_F(SioPayload, writes_bytes_inside_of_an_object) {
  Payload payload;
  std::string object;
  JsonObjectWriter writer(object);
  writer.key("file");
  payload.append_attachment(object, "bytes");
  writer.end();
  payload.add(RawJson{object}).add(Binary{"more"});
  EXPECT_EQ(payload.json(), text_of({R"({"file":)", first, "},", second}));
  EXPECT_THAT(payload.attachments(), ElementsAre("bytes", "more"));
}

// --- relayed ---

TEST_F(SioPayload, relays_arguments_as_they_were_written) {
  Payload payload = Payload::of("before");
  payload.add(args(R"(["e", 1.0 , {"a" : "\u00e9"}])"));
  payload.add("after");
  EXPECT_EQ(payload.json(), R"("before",1.0 , {"a" : "\u00e9"},"after")");
}

TEST_F(SioPayload, relays_no_arguments_without_a_comma) {
  Payload payload = Payload::of("before");
  payload.add(args(R"(["e"])")).add(Args()).add("after");
  EXPECT_EQ(payload.json(), R"("before","after")");
}

TEST_F(SioPayload, relays_one_argument) {
  const Args some = args(R"(["e",1,{"a":[ ]}])");
  EXPECT_EQ(Payload().add(some, 1).add(some, 0).add(some, 2).json(), R"({"a":[ ]},1,null)");
}

TEST_F(SioPayload, relays_attachments_under_new_numbers) {
  Payload payload = Payload::of(Binary{"own"});
  payload.add(args(R"(["e",{"_placeholder":true,"num":1},{"deep":[{"_placeholder":true,"num":0},"x"]},null])",
                   {"zero", "one"}));
  EXPECT_EQ(payload.json(), text_of({first, ",", second, R"(,{"deep":[{"_placeholder":true,"num":2},"x"]},null)"}));
  EXPECT_THAT(payload.attachments(), ElementsAre("own", "one", "zero"));
}

TEST_F(SioPayload, relays_of_one_argument_only_its_own_attachments) {
  const Args some =
      args(R"(["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},"text"])", {"zero", "one"});
  Payload payload;
  payload.add(some, 1).add(some, 2);
  EXPECT_EQ(payload.json(), text_of({first, R"(,"text")"}));
  EXPECT_THAT(payload.attachments(), ElementsAre("one"));
}

// A megabyte that is named five thousand times would grow to gigabytes.
TEST_F(SioPayload, relays_an_attachment_that_is_named_many_times_once) {
  std::string text = R"(["e",[)";
  for (int i = 0; i < 2500; ++i) text += text_of({first, ",", second, ","});
  text += text_of({"null],", second, "]"});
  Payload payload;
  payload.add(args(text, {"zero", "one"}));
  EXPECT_THAT(payload.attachments(), ElementsAre("zero", "one"));
  EXPECT_EQ(payload.json().substr(0, 60), text_of({"[", first, ",", second}));
}

TEST_F(SioPayload, relays_values_between_attachments_as_JavaScript_would_write_them) {
  Payload payload;
  payload.add(
      args(R"(["e",{"_placeholder":true,"num":0},{ "n" : 1.0, "big" : 1e21, "s" : "\u00e9\n", "o" : {}, "a" : [] }])",
           {"zero"}));
  EXPECT_EQ(payload.json(), text_of({first, R"(,{"n":1,"big":1e+21,"s":"é\n","o":{},"a":[]})"}));
}

} // namespace
} // namespace wire::sio
