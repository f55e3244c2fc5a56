#pragma once

#include <string>

#include "mentara/domain/id.h"

namespace mentara::services {

// Who asks for something, as his token says, and on which socket (opaque; empty: none).
struct Actor {
  UserId user_id;
  std::string origin{};
};

} // namespace mentara::services
