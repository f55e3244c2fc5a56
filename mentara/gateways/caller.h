#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/user.h"
#include "mentara/services/actor.h"
#include "wire/sio/socket.h"

namespace mentara::gateways {

// What a gateway knows of an accepted socket; kept in Socket::state.
struct Caller {
  Identity identity;
  DeviceId device_id;
  const User& user() const { return identity.user; }
};

inline const Caller& caller_of(const wire::sio::Socket& socket) { return std::any_cast<const Caller&>(socket.state); }

inline services::Actor actor_of(const wire::sio::Socket& socket) { return {caller_of(socket).user().id, socket.id()}; }

} // namespace mentara::gateways
