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

struct Contract {
  std::vector<Namespace> namespaces;
  TypePtr failure; // the ack of a client's event that failed
};

Contract describe_contract();

// Everything with a name that the contract uses, each once, by name.
std::vector<const Type*> named_types(const Contract& contract);

} // namespace mentara::schema
