#pragma once

#include "mentara/domain/failure.h"
#include "wire/base/result.h"
#include "wire/base/unique_function.h"

namespace mentara {

// How a request is answered: once, on the home loop, never from within the call that made the request.
template <class T>
using Done = wire::UniqueFunction<void(wire::Result<T, Failure>)>;

// Runs a function later on the home loop, in the order of the calls; any thread may call it. (In the server: the loop's
// post; in a test: a queue.)
using Post = wire::UniqueFunction<void(wire::UniqueFunction<void()>)>;

} // namespace mentara
