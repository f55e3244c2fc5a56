#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "mentara/schema/contract.h"
#include "mentara/schema/formats.h"
#include "mentara/schema/json_text.h"
#include "wire/base/json.h"

namespace mentara::schema {
namespace {

using ::testing::HasSubstr;

const Event& client_event(const Contract& contract, std::string_view name) {
  for (const Namespace& nsp : contract.namespaces) {
    for (const Event& event : nsp.client_events) {
      if (event.name == name) return event;
    }
  }
  throw std::runtime_error("no such event");
}

TEST(ContractAsData, says_what_each_event_is_for) {
  for (const Namespace& nsp : describe_contract().namespaces) {
    for (const Event& event : nsp.client_events) EXPECT_NE(event.summary, "") << nsp.name << " " << event.name;
    for (const Event& event : nsp.server_events) EXPECT_NE(event.summary, "") << nsp.name << " " << event.name;
  }
}

TEST(ContractAsData, takes_bounds_defaults_and_absence_from_the_description) {
  const Contract contract = describe_contract();
  std::string schema;
  append_definition(schema, *client_event(contract, "message:send").payload, "#/");
  EXPECT_THAT(schema, HasSubstr(R"("content":{"type":"string","maxLength":16384})"));
  EXPECT_THAT(schema, HasSubstr(R"("messageType":{"$ref":"#/MessageType","default":"TEXT"})"));
  EXPECT_THAT(schema, HasSubstr(R"("maxItems":10)"));
  EXPECT_THAT(schema, HasSubstr(R"("required":["conversationId"])"));
}

void note(const Type& type, std::map<std::string, std::string>& definitions) {
  if (type.element) note(*type.element, definitions);
  for (const Field& field : type.fields) note(*field.type, definitions);
  if (type.name.empty()) return;
  std::string text;
  append_definition(text, type, "");
  const auto [at, is_new] = definitions.emplace(type.name, text);
  EXPECT_EQ(at->second, text) << "two types are called " << type.name;
}

TEST(ContractAsData, has_one_type_for_each_name) {
  const Contract contract = describe_contract();
  std::map<std::string, std::string> definitions;
  for (const Namespace& nsp : contract.namespaces) {
    for (const Event& event : nsp.client_events) {
      note(*event.payload, definitions);
      note(*event.ack, definitions);
    }
    for (const Event& event : nsp.server_events) note(*event.payload, definitions);
  }
}

TEST(ContractAsData, is_valid_JSON_where_the_format_is_JSON) {
  const Contract contract = describe_contract();
  wire::JsonParser parser({.depth_max = 64, .values_max = 1'000'000});
  for (const std::string& document : {json_schema(contract), asyncapi(contract)}) {
    EXPECT_TRUE(parser.parse(document)) << document.substr(0, 400);
  }
}

TEST(ContractAsData, types_an_ack_as_the_success_or_the_failure) {
  EXPECT_THAT(typescript(describe_contract()),
              HasSubstr("'message:send': (payload: SendMessage, ack?: (answer: Answer<MessageAck>) => void) => void;"));
}

TEST(JsonText, is_indented_without_a_change_of_what_it_says) {
  EXPECT_EQ(indented(R"({"a":[],"b":{"c":"{,\":"},"d":[1,2]})"),
            "{\n  \"a\": [],\n  \"b\": {\n    \"c\": \"{,\\\":\"\n  },\n  \"d\": [\n    1,\n    2\n  ]\n}\n");
}

} // namespace
} // namespace mentara::schema
