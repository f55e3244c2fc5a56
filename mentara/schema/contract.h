#pragma once

#include <string>
#include <vector>

#include "mentara/schema/type.h"

// The whole contract as data.
namespace mentara::schema {

struct Event {
  std::string name;
  std::string summary; // one sentence
  TypePtr payload;
  TypePtr ack{}; // of a client's event, on success
};

struct Namespace {
  std::string name; // "/messaging"
  std::vector<Event> client_events;
  std::vector<Event> server_events;
};

struct Route {
  std::string method;
  std::string path; // "/api/messaging/search"; what stands in braces is a field of the payload
  std::string summary;
  TypePtr payload;
  TypePtr ack; // of which all but `success` is the data of the answer
  bool for_services = false;
  bool is_repeatable = false; // takes an Idempotency-Key

  // The payload without what stands in the path; without a name when something does.
  Type unplaced() const;
  bool has_query() const { return method == "GET" || method == "DELETE"; } // else a body
  Type data() const;                                                       // without a name
};

struct Contract {
  std::vector<Namespace> namespaces;
  std::vector<Route> routes;
  TypePtr failure; // the ack of a client's event that failed
};

Contract describe_contract();

// Everything with a name that the contract uses, each once, by name.
std::vector<const Type*> named_types(const Contract& contract);
std::vector<const Type*> types_of_events(const Contract& contract); // and of failures, in both
std::vector<const Type*> types_of_routes(const Contract& contract);

} // namespace mentara::schema
