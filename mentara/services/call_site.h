#pragma once

#include <optional>

#include "mentara/domain/failure.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// Where calls and conferences are kept: here, by a server that is alone; or by one node of several, the keeper, which
// this one may become and cease to be.
enum class CallSite { alone, shared };

Failure calls_are_elsewhere();

// The first thing in a transaction: with several nodes only the keeper stores, and a node that was taken for dead finds
// out here that it is it no more (threats F8).
std::optional<Failure> refuse_unless_keeper(CallSite site, storage::Transaction& transaction);

} // namespace mentara::services
