#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "mentara/domain/ice_server.h"
#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

namespace mentara::services {

// The servers over which two devices find a way to each other: STUN for everybody, TURN with credentials that are made
// for the one who asks. Immutable; any thread.
class IceService {
 public:
  struct Servers {
    std::vector<std::string> stun_urls{};
    std::vector<std::string> turn_urls{};
    std::string turn_secret{}; // shared with the TURN servers
    std::chrono::seconds turn_ttl{3600};
  };

  IceService(Servers servers, const WallClock& clock) : servers_(std::move(servers)), clock_(clock) {}

  IceServers for_user(const UserId& user) const;

 private:
  const Servers servers_;
  const WallClock& clock_;
};

} // namespace mentara::services
