#pragma once

#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/user.h"

namespace mentara::services {

// A socket in /video-calls: whoever speaks in a call does so from one.
struct CallActor {
  User user;
  DeviceId device_id;
  std::string socket; // its id
};

} // namespace mentara::services
