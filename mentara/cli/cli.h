#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/config/config.h"
#include "mentara/domain/time.h"

// The command line: understands it, loads the configuration, runs one command. What `serve` does is given from outside.
namespace mentara::cli {

enum ExitCode { exit_success = 0, exit_failure = 1, exit_usage = 2 };

// What a command does once it is understood; an exception is exit code 1.
struct Commands {
  using Tell = std::function<void(std::string_view)>; // a line about the progress

  std::function<int(const Config&)> serve{};              // until it is told to stop
  std::function<std::string(const Config&)> why_no_tls{}; // what is wrong with its files; empty: nothing, or it is off
  // Of the database in config.data_directory.
  std::function<void(const Config&, const std::string& to, const Tell&)> back_up{};
  // Returns under which name a database that was there is kept; empty: there was none.
  std::function<std::string(const Config&, const std::string& from, bool force, const Tell&)> restore{};
  // Into the PostgreSQL database of config.database.url; returns a sentence on what was moved.
  std::function<std::string(const Config&, const Tell&)> move_to_postgres{};
  std::function<std::vector<std::string>(const Config&)> find_damage{}; // a sentence each; empty: it is sound
  // Tells a line for each thing that matters about this machine; false: the server could not work here.
  std::function<bool(const Config&, const Tell&)> examine{};
};

// Where a command runs.
struct Surroundings {
  const std::map<std::string, std::string>& environment;
  const WallClock& clock;
  std::function<void(std::string_view)> out; // stdout: only what was asked for
  std::function<void(std::string_view)> err; // stderr: what went wrong, and notes
};

// `arguments` without the program's name.
int run(std::vector<std::string> arguments, const Surroundings& surroundings, const Commands& commands);

std::map<std::string, std::string> read_environment(const char* const* environment); // as main gets it

} // namespace mentara::cli
