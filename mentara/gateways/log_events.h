#pragma once

#include <string_view>

#include "mentara/storage/log.h"

namespace mentara::gateways {

// The name under which clients hear of a row of the log.
std::string_view event_name(storage::LogType type);

} // namespace mentara::gateways
