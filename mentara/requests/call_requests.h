#pragma once

#include "mentara/contract/call_requests.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/actor.h"
#include "mentara/services/call_service.h"
#include "mentara/services/ice_service.h"

namespace mentara::requests {

// What one may ask about calls without being in one; see messaging_requests.h. One object for each loop.
class CallRequests {
 public:
  CallRequests(const connections::Home& home, wire::net::Loop& loop, services::CallService& calls,
               const services::IceService& ice)
      : home_(home, loop), calls_(calls), ice_(ice) {}

  void history(services::Actor actor, contract::ListCalls request, Reply reply);
  void ice_servers(services::Actor actor, contract::AskIceServers request, Reply reply);

 private:
  const HomeRequests home_;
  services::CallService& calls_;    // on the home loop
  const services::IceService& ice_; // any thread
};

} // namespace mentara::requests
