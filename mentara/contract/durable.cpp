#include "mentara/contract/durable.h"

#include "wire/base/check.h"
#include "wire/base/json.h"

namespace mentara::contract {

void cut_cursor(std::string& payload) {
  constexpr std::string_view end = R"(,"cursor":""})";
  wire::check(payload.ends_with(end), "the last member of a durable payload is its cursor");
  payload.resize(payload.size() - end.size());
  payload += '}';
}

void append_cursor(std::string& payload, std::string_view cursor) {
  payload.back() = ','; // instead of the object's end
  payload += R"("cursor":)";
  wire::append_json(payload, cursor);
  payload += '}';
}

} // namespace mentara::contract
