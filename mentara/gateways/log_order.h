#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "mentara/domain/listener.h"
#include "mentara/gateways/feed.h"
#include "wire/base/time.h"

namespace mentara::gateways {

// An event that stands in the log, and whose feeds tell it.
struct LogEvent {
  Channel channel = Channel::MESSAGING;
  std::shared_ptr<const DurableEvent> event;
};

// Brings what this node and others write into the order of the log. News of other nodes may come late, twice, in any
// order, or never: what is ahead of its turn waits a moment for what lies before it, and then the log has to be read.
// Pure: time is an argument.
class LogOrder {
 public:
  // What is to be done, in this order.
  struct Step {
    storage::Position gap = 0; // there are events up to here that nobody told of; 0: none
    std::optional<LogEvent> event{};
  };

  // The events above `told` are told.
  explicit LogOrder(storage::Position told) : told_(told) {}

  // How long one that is missing may be on its way; zero: nobody will tell of it.
  void set_patience(wire::Duration patience) { patience_ = patience; }

  std::vector<Step> on_event(LogEvent event, wire::TimePoint now);
  // The log ends here; events up to there may be on their way for `patience`.
  void on_growth(storage::Position end, wire::Duration patience, wire::TimePoint now);
  std::vector<Step> on_time(wire::TimePoint now);
  std::optional<wire::TimePoint> wake_at() const { return give_up_at_; }

  storage::Position told() const { return told_; }
  std::size_t held() const { return held_.size(); }

 private:
  void tell_held(std::vector<Step>& steps); // those whose turn it is
  void give_up(std::vector<Step>& steps);   // on what is missing

  storage::Position told_;
  storage::Position end_ = 0; // of the log, as far as is known
  wire::Duration patience_{};
  std::map<storage::Position, LogEvent> held_; // ahead of their turn
  std::optional<wire::TimePoint> give_up_at_;
};

} // namespace mentara::gateways
