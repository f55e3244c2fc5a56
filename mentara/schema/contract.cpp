#include "mentara/schema/contract.h"

#include <map>
#include <string_view>
#include <tuple>

#include "mentara/contract/event_table.h"
#include "mentara/contract/route_table.h"
#include "mentara/schema/describe.h"
#include "mentara/schema/summaries.h"

namespace mentara::schema {
namespace {

template <class... Events>
void append_client_events(std::vector<Event>& events, std::string_view nsp, const std::tuple<Events...>& table) {
  std::apply(
      [&](const auto&... event) {
        (events.push_back({std::string(event.name), client_event_summary(nsp, event.name),
                           type_of<typename std::remove_cvref_t<decltype(event)>::Payload>(),
                           type_of<typename std::remove_cvref_t<decltype(event)>::Ack>()}),
         ...);
      },
      table);
}

template <class... Events>
void append_server_events(std::vector<Event>& events, std::string_view nsp, const std::tuple<Events...>& table) {
  std::apply(
      [&](const auto&... event) {
        (events.push_back({std::string(event.name), server_event_summary(nsp, event.name),
                           type_of<typename std::remove_cvref_t<decltype(event)>::Payload>()}),
         ...);
      },
      table);
}

template <class ClientTable, class ServerTable>
Namespace describe_namespace(std::string_view name, const ClientTable& client, const ServerTable& server) {
  Namespace nsp{std::string(name), {}, {}};
  append_client_events(nsp.client_events, "", contract::client_event::all);
  append_client_events(nsp.client_events, name, client);
  append_server_events(nsp.server_events, "", contract::server_event::all);
  append_server_events(nsp.server_events, name, server);
  return nsp;
}

template <class... Routes>
std::vector<Route> describe_routes(const std::tuple<Routes...>& table) {
  std::vector<Route> routes;
  std::apply(
      [&](const auto&... route) {
        (routes.push_back({std::string(route.method), std::string("/api").append(route.path),
                           std::string(route.summary),
                           type_of<typename std::remove_cvref_t<decltype(route)>::Payload>(),
                           type_of<typename std::remove_cvref_t<decltype(route)>::Ack>(),
                           route.audience == contract::Audience::services, route.is_repeatable}),
         ...);
      },
      table);
  return routes;
}

using Found = std::map<std::string_view, const Type*>;

void collect(const Type& type, Found& found) {
  if (type.element) collect(*type.element, found);
  if (!type.name.empty() && !found.emplace(type.name, &type).second) return;
  for (const Field& field : type.fields) collect(*field.type, found);
}

void collect_events(const Contract& contract, Found& found) {
  collect(*contract.failure, found);
  for (const Namespace& nsp : contract.namespaces) {
    for (const Event& event : nsp.client_events) {
      collect(*event.payload, found);
      collect(*event.ack, found);
    }
    for (const Event& event : nsp.server_events) collect(*event.payload, found);
  }
}

// What a document of the routes refers to: a payload of which a part stands in the path has no name there.
void collect_routes(const Contract& contract, Found& found) {
  collect(*contract.failure, found);
  for (const Route& route : contract.routes) {
    const auto collect_parts = [&](const Type& type) {
      for (const Field& field : type.fields) collect(*field.type, found);
    };
    const Type rest = route.unplaced();
    if (!route.has_query() && !rest.name.empty() && !rest.fields.empty()) collect(*route.payload, found);
    collect_parts(*route.payload);
    collect_parts(*route.ack);
  }
}

std::vector<const Type*> types_in(const Found& found) {
  std::vector<const Type*> types;
  for (const auto& [name, type] : found) types.push_back(type);
  return types;
}

} // namespace

std::string document_name(std::string cpp_name) {
  cpp_name.erase(0, cpp_name.rfind(':') + 1);
  constexpr std::string_view suffix = "Shape";
  if (cpp_name.ends_with(suffix)) cpp_name.resize(cpp_name.size() - suffix.size());
  return cpp_name;
}

Contract describe_contract() {
  Type failure = Describe<contract::FailureAck>::type();
  for (Field& field : failure.fields) {
    if (field.name == "success") field.type = std::make_shared<const Type>(Type{.kind = Kind::always_false});
  }
  return {{describe_namespace(contract::messaging::nsp, contract::messaging::client_event::all,
                              contract::messaging::server_event::all),
           describe_namespace(contract::notifications::nsp, contract::notifications::client_event::all,
                              contract::notifications::server_event::all),
           describe_namespace(contract::video_calls::nsp, contract::video_calls::client_event::all,
                              contract::video_calls::server_event::all)},
          describe_routes(contract::route::all),
          std::make_shared<const Type>(std::move(failure))};
}

Type Route::unplaced() const {
  Type rest = *payload;
  std::erase_if(rest.fields, [this](const Field& field) { return path.find('{' + field.name + '}') != path.npos; });
  if (rest.fields.size() != payload->fields.size()) rest.name.clear();
  return rest;
}

Type Route::data() const {
  Type data = *ack;
  data.name.clear();
  std::erase_if(data.fields, [](const Field& field) { return field.name == "success"; });
  return data;
}

std::vector<const Type*> types_of_events(const Contract& contract) {
  Found found;
  collect_events(contract, found);
  return types_in(found);
}

std::vector<const Type*> types_of_routes(const Contract& contract) {
  Found found;
  collect_routes(contract, found);
  return types_in(found);
}

std::vector<const Type*> named_types(const Contract& contract) {
  Found found;
  collect_events(contract, found);
  for (const Route& route : contract.routes) {
    collect(*route.payload, found);
    collect(*route.ack, found);
  }
  return types_in(found);
}

} // namespace mentara::schema
