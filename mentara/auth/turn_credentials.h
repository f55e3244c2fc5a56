#pragma once

#include <string>
#include <string_view>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

namespace mentara::auth {

// Credentials for a TURN server that shares a secret with us, and checks them by itself (coturn's use-auth-secret; the
// scheme of draft-uberti-behave-turn-rest-00). After `expires` they are of no use.
struct TurnCredentials {
  std::string username; // "UNIX_SECONDS:USER"
  std::string password; // base64(HMAC-SHA1(secret, username))
};

TurnCredentials turn_credentials(std::string_view secret, const UserId& user, UnixTime expires);

} // namespace mentara::auth
