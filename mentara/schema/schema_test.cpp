#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mentara/schema/contract.h"
#include "mentara/schema/formats.h"
#include "mentara/schema/json_text.h"
#include "wire/base/json.h"

namespace mentara::schema {
namespace {

using ::testing::ElementsAre;
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
  for (const Route& route : describe_contract().routes) EXPECT_NE(route.summary, "") << route.method << route.path;
}

const Route& route(const Contract& contract, std::string_view method, std::string_view path) {
  for (const Route& route : contract.routes) {
    if (route.method == method && route.path == path) return route;
  }
  throw std::runtime_error("no such route");
}

std::vector<std::string> names(const Type& type) {
  std::vector<std::string> names;
  for (const Field& field : type.fields) names.push_back(field.name);
  return names;
}

TEST(ContractAsData, has_each_route_once_and_its_path_names_fields_of_the_payload) {
  const Contract contract = describe_contract();
  std::set<std::string> seen;
  for (const Route& route : contract.routes) {
    EXPECT_TRUE(seen.insert(route.method + route.path).second) << route.method << route.path;
    const auto placed = static_cast<std::size_t>(std::ranges::count(route.path, '{'));
    EXPECT_EQ(route.unplaced().fields.size() + placed, route.payload->fields.size()) << route.path;
  }
}

TEST(ContractAsData, parts_what_a_request_says_into_path_and_body_and_an_ack_into_success_and_data) {
  const Contract contract = describe_contract();
  const Route& set_role =
      route(contract, "PATCH", "/api/messaging/conversations/{conversationId}/participants/{userId}");
  EXPECT_THAT(names(set_role.unplaced()), ElementsAre("role"));
  EXPECT_EQ(set_role.unplaced().name, "");
  EXPECT_FALSE(set_role.has_query());
  EXPECT_THAT(names(set_role.data()), ElementsAre("participant"));
  const Route& create = route(contract, "POST", "/api/notifications");
  EXPECT_EQ(create.unplaced().name, "CreateNotifications");
  EXPECT_TRUE(create.for_services && create.is_repeatable);
  EXPECT_TRUE(route(contract, "GET", "/api/notifications").has_query());
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
  for (const Route& route : contract.routes) {
    note(*route.payload, definitions);
    note(*route.ack, definitions);
  }
}

TEST(ContractAsData, is_valid_JSON_where_the_format_is_JSON) {
  const Contract contract = describe_contract();
  wire::JsonParser parser({.depth_max = 64, .values_max = 1'000'000});
  for (const std::string& document : {json_schema(contract), asyncapi(contract), openapi(contract)}) {
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
