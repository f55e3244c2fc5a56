#pragma once

#include "mentara/config/config.h"

namespace mentara::ops {

// From now on log lines go to stderr in the configured format, with their time in UTC; as text in colour when stderr is
// a terminal. Call it before threads start.
void start_logging(const LogConfig& config);

} // namespace mentara::ops
