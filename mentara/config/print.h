#pragma once

#include <string>

#include "mentara/config/load.h"

namespace mentara {

// As a TOML file that gives the same configuration again, with the help, the allowed values and the origin of each
// option as comments. A secret is masked.
std::string print_config(const LoadedConfig& loaded);

} // namespace mentara
