#pragma once

#include <map>
#include <string>
#include <vector>

#include "mentara/config/config.h"
#include "wire/base/result.h"

namespace mentara {

// Where configuration comes from, in rising precedence: defaults, the file, the environment, flags.
struct Sources {
  std::string file{};                               // --config; empty: MENTARA_CONFIG names it, else there is none
  std::map<std::string, std::string> environment{}; // whole; only MENTARA_* is looked at
  std::map<std::string, std::string> flags{};       // "--port" → "4000"
  bool development = false;                         // --dev: other defaults (origins)
};

struct LoadedConfig {
  Config config;
  std::vector<std::string>
      origins; // where each of options() came from: "default", "config.toml:12:8", "MENTARA_…", "--port"
};

// Either all is well or every problem is listed, one line each: where, what, and what is allowed.
using ConfigProblems = std::vector<std::string>;
wire::Result<LoadedConfig, ConfigProblems> load_config(const Sources& sources);

} // namespace mentara
