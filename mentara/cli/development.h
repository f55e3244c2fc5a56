#pragma once

#include <string>

#include "mentara/config/config.h"
#include "mentara/domain/time.h"

// What `--dev` adds, so that a first try needs no preparation.
namespace mentara::cli {

// The secret in the file dev-jwt-secret of the data directory, which is made when there is none, readable by its owner
// alone. Throws std::runtime_error with a text that says what to do.
std::string development_secret(const Config& config);

// Two tokens and a command to try them with.
std::string development_greeting(const Config& config, const WallClock& clock);

} // namespace mentara::cli
