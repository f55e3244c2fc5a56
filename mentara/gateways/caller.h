#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/auth/token_bucket.h"
#include "mentara/connections/tally.h"
#include "mentara/domain/user.h"
#include "mentara/gateways/stream.h"
#include "mentara/gateways/token_watch.h"
#include "mentara/services/actor.h"
#include "mentara/services/sync_service.h"
#include "wire/sio/socket.h"

namespace mentara::gateways {

// Whoever holds it will answer something that this socket has asked; when nobody else does, all is answered.
struct Owed {};

// What a gateway knows of an accepted socket; kept in Socket::state.
struct Caller {
  Identity identity;
  DeviceId device_id;
  std::shared_ptr<Stream> stream; // the socket's own
  services::Opened opened;
  std::shared_ptr<TokenWatch> token_watch{}; // shared only because std::any wants a copy
  auth::TokenBucket patience{};              // with what was refused because it came too often
  std::shared_ptr<const Owed> owed = std::make_shared<Owed>();
  connections::Tally* tally = nullptr; // of its namespace and loop; it outlives the socket
  bool leaving = false;                // the server stops: what is asked from here on is for another one
  const User& user() const { return identity.user; }
};

inline Caller& caller_of(wire::sio::Socket& socket) { return std::any_cast<Caller&>(socket.state); }
inline const Caller& caller_of(const wire::sio::Socket& socket) { return std::any_cast<const Caller&>(socket.state); }

inline services::Actor actor_of(const wire::sio::Socket& socket) { return {caller_of(socket).user().id, socket.id()}; }

} // namespace mentara::gateways
