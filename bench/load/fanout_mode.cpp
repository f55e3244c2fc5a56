#include "bench/load/fanout_mode.h"

#include <stdexcept>

#include "bench/load/packet.h"
#include "wire/base/json.h"

namespace load {
namespace {

std::string numbered_string(std::size_t bytes) {
  return wire::to_json(std::string(EventFrame::number_mark) + std::string(bytes - EventFrame::number_digits, 'x'));
}

} // namespace

FanoutMode::FanoutMode(const Options& options)
    : connections_(options.connections),
      senders_(options.senders),
      prefix_(R"(["msg",")"),
      frame_(event_packet(options.nsp, {}, "broadcast", numbered_string(options.payload_bytes)),
             options.framing == Framing::deflate ? Framing::websocket : options.framing),
      broadcasts_(options.in_flight) {
  for (std::size_t i = 0; i < broadcasts_.size(); ++i) broadcasts_[i].number = i;
}

void FanoutMode::start(Fleet& fleet) {
  fleet_ = &fleet;
  for (Broadcast& broadcast : broadcasts_) emit(broadcast);
}

void FanoutMode::emit(Broadcast& broadcast) {
  broadcast.missing = connections_;
  broadcast.sent_at = fleet_->now();
  frame_.set_number(broadcast.number);
  fleet_->send_frame(fleet_->connection(broadcast.number % senders_), frame_.bytes());
}

void FanoutMode::on_event(Connection&, std::string_view event_and_arguments) {
  if (!event_and_arguments.starts_with(prefix_)) {
    ++tally_.events;
    return;
  }
  const std::uint64_t number = parse_number(event_and_arguments.substr(prefix_.size()));
  Broadcast& broadcast = broadcasts_[number % broadcasts_.size()];
  if (broadcast.number != number) {
    throw std::runtime_error("a delivery of broadcast " + std::to_string(number) + ", which is not in flight");
  }
  ++tally_.operations;
  if (--broadcast.missing > 0) return;
  tally_.latency_ns.record(
      static_cast<std::uint64_t>(std::chrono::nanoseconds(fleet_->now() - broadcast.sent_at).count()));
  broadcast.number += broadcasts_.size();
  emit(broadcast);
}

} // namespace load
