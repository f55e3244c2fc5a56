#pragma once

#include "mentara/connections/presence_service.h"
#include "mentara/contract/presence_payloads.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/actor.h"

namespace mentara::requests {

// What is asked about presence, over sockets and REST; see MessagingRequests. One object for each loop.
class PresenceRequests {
 public:
  using Actor = services::Actor;

  PresenceRequests(const connections::Home& home, wire::net::Loop& loop, connections::PresenceService& presence)
      : home_(home, loop), presence_(presence) {}

  void set(Actor actor, contract::SetPresence request, Reply reply);
  void subscribe(Actor actor, contract::WhichUsers request, Reply reply);
  void unsubscribe(Actor actor, contract::WhichUsers request, Reply reply);
  void ask(Actor actor, contract::WhichUsers request, Reply reply);

 private:
  const HomeRequests home_;
  connections::PresenceService& presence_; // on the home loop
};

} // namespace mentara::requests
