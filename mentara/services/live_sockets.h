#pragma once

#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/revocation.h"

namespace mentara::services {

// Why the server ends a socket, as it tells the client: a word for a program, a sentence for a person.
struct Ending {
  std::string reason;
  std::string error;
};

// The sockets that are connected now, for rules that end some of them. Owned by the home loop; what is asked is done on
// every loop within a turn.
class LiveSockets {
 public:
  virtual ~LiveSockets() = default;

  virtual void disconnect_user(const UserId& user, Ending ending) = 0; // in every namespace
  virtual void disconnect_revoked(const Revocation& revocation) = 0;   // whose token it concerns
};

} // namespace mentara::services
