#include "mentara/services/call_site.h"

#include "mentara/storage/calls.h"

namespace mentara::services {

Failure calls_are_elsewhere() { return unavailable("Calls have just moved to another node: ask again.", 1000); }

std::optional<Failure> refuse_unless_keeper(CallSite site, storage::Transaction& transaction) {
  if (site == CallSite::alone || transaction.call_changes().is_keeper()) return std::nullopt;
  return calls_are_elsewhere();
}

} // namespace mentara::services
