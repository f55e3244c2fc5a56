#pragma once

#include <string>

#include "mentara/domain/failure.h"
#include "wire/base/result.h"
#include "wire/base/unique_function.h"

namespace mentara::requests {

// How a request is answered, once, on the loop that asked: with the JSON text of the contract's ack, or with why not.
using Reply = wire::UniqueFunction<void(wire::Result<std::string, Failure>)>;

} // namespace mentara::requests
