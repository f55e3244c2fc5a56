#pragma once

#include <vector>

#include "bench/load/event_frame.h"
#include "bench/load/mode.h"

namespace load {

// A few senders keep `in_flight` events `broadcast` on their way; one is done when every connection has its `msg`.
// An operation is one delivery; a latency is that of a whole broadcast, to its last delivery.
class FanoutMode final : public Mode {
 public:
  explicit FanoutMode(const Options& options);

  std::size_t connections_held() const override { return connections_; }
  void start(Fleet& fleet) override;

 private:
  struct Broadcast {
    std::uint64_t number = 0; // modulo in_flight it is the place in broadcasts_
    std::size_t missing = 0;  // connections that do not have it yet
    TimePoint sent_at;
  };

  void on_event(Connection&, std::string_view event_and_arguments) override;
  void emit(Broadcast& broadcast);

  // constant after construction
  const std::size_t connections_;
  const std::size_t senders_;
  const std::string prefix_; // of every `msg`, before its number

  Fleet* fleet_ = nullptr;
  EventFrame frame_;
  std::vector<Broadcast> broadcasts_;
};

} // namespace load
