#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/domain/failure.h"
#include "wire/base/json.h"
#include "wire/base/result.h"

namespace mentara::api {

using PathFields = std::vector<std::pair<std::string_view, std::string>>;

// What a request says, as one JSON object that reads like the payload of an event: the fields of its path, then of its
// query (numbers and true/false as such where the contract has them), then of its body; the first of a name counts.
// The failure is invalid_payload: the body is not a JSON object, or something is not UTF-8.
wire::Result<std::string, Failure> join_fields(const PathFields& path, std::string_view query, std::string_view body,
                                               wire::JsonParser& parser);

} // namespace mentara::api
