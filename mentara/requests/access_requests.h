#pragma once

#include "mentara/connections/user_endings.h"
#include "mentara/contract/access_requests.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/actor.h"
#include "mentara/services/revocation_service.h"

namespace mentara::requests {

// What backends ask about who may be connected. One object for each loop.
class AccessRequests {
 public:
  struct Services { // on the home loop
    services::RevocationService& revocations;
    connections::UserEndings& endings;
    const WallClock& clock;
  };
  using Actor = services::Actor;

  AccessRequests(const connections::Home& home, wire::net::Loop& loop, Services services)
      : home_(home, loop), services_(services) {}

  void revoke(Actor actor, contract::RevokeTokens request, Reply reply);
  void disconnect(Actor actor, contract::DisconnectUser request, Reply reply);

 private:
  const HomeRequests home_;
  const Services services_;
};

} // namespace mentara::requests
