#pragma once

#include <vector>

#include "bench/load/event_frame.h"
#include "bench/load/mode.h"

namespace load {

// echo and emit: every connection keeps `in_flight` events on their way, each with an ack that ends the operation.
// With a rate (open loop) the next operation begins when it is due, on the next connection that has an id to spare.
// Ack ids are reused as soon as they are free, 0 … in_flight - 1, so that every frame can be built beforehand.
class RequestMode final : public Mode {
 public:
  explicit RequestMode(const Options& options);

  std::size_t connections_held() const override { return connections_; }
  void start(Fleet& fleet) override;
  TimePoint on_turn(TimePoint now) override;

 private:
  void on_ack(Connection& connection, std::uint64_t id, std::string_view arguments) override;
  void on_event(Connection&, std::string_view) override { ++tally_.events; }
  void emit(Connection& connection, std::size_t id, TimePoint due);

  // constant after construction
  const std::size_t connections_;
  const std::size_t in_flight_;
  std::size_t frame_sets_ = 1; // connections take turns in them
  std::string expect_;         // empty: any ack will do
  const Duration interval_;    // between two operations; 0: each ack begins the next

  Fleet* fleet_ = nullptr;
  std::vector<EventFrame> frames_; // [set][id]
  std::vector<TimePoint> sent_at_; // [connection][id]; TimePoint{}: not in flight
  std::uint64_t next_number_ = 0;
  TimePoint next_due_{};
  std::size_t next_place_ = 0; // in sent_at_, by ids first: connections take turns
};

} // namespace load
