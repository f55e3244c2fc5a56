#pragma once

#include "bench/load/options.h"
#include "bench/load/report.h"

namespace load {

// Opens the connections, warms up, measures. Ends in time whatever the server does; throws std::runtime_error when the
// server cannot be reached, refuses a connection, breaks the protocol or stops answering.
Report run(const Options& options);

} // namespace load
