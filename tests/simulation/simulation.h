#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mentara::simulation {

// Lies that are told on purpose, to see that the promises notice.
enum class Lie {
  none,
  store_loses_commits, // a commit is acknowledged and not kept
  bus_moves_positions, // what is told of the log bears the position of something else
  bus_changes_texts,   // somebody else's words
};

struct Options {
  std::uint64_t seed = 1;
  bool verbose = false;
  bool faults = true;
  Lie lie = Lie::none;
};

struct Outcome {
  std::vector<std::string> broken; // promises
  std::uint64_t digest = 0;        // of all that happened
  std::uint64_t lines = 0;
  std::size_t rows = 0; // in the log
};

// Three nodes, twenty clients, one seed.
Outcome simulate(const Options& options);

} // namespace mentara::simulation
