#pragma once

#include "bench/load/mode.h"

namespace load {

// `in_flight` clients at a time open a WebSocket, connect the namespace, leave, and begin again. An operation ends, and
// its latency is taken, when the namespace is connected.
class ConnectMode final : public Mode {
 public:
  explicit ConnectMode(const Options& options) : in_flight_(options.in_flight) {}

  std::size_t connections_held() const override { return 0; }
  void start(Fleet& fleet) override {
    fleet_ = &fleet;
    for (std::size_t index = 0; index < in_flight_; ++index) fleet.open(index);
  }

 private:
  void on_connected(Connection& connection) override {
    tally_.done(fleet_->now() - connection.opened_at);
    fleet_->leave(connection);
  }
  void on_closed(Connection& connection) override { fleet_->open(connection.index); }
  void on_event(Connection&, std::string_view) override { ++tally_.events; }

  const std::size_t in_flight_;
  Fleet* fleet_ = nullptr;
};

} // namespace load
