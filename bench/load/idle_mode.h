#pragma once

#include "bench/load/mode.h"

namespace load {

// Connections that are there and do nothing but answer heartbeats.
class IdleMode final : public Mode {
 public:
  explicit IdleMode(const Options& options) : connections_(options.connections) {}

  std::size_t connections_held() const override { return connections_; }
  void start(Fleet&) override {}

 private:
  void on_event(Connection&, std::string_view) override { ++tally_.events; }

  const std::size_t connections_;
};

} // namespace load
