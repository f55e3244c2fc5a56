#include "bench/load/request_mode.h"

#include <stdexcept>

#include "bench/load/packet.h"
#include "wire/base/json.h"
#include "wire/base/random.h"

namespace load {
namespace {

constexpr std::string_view run_mark = "{{run}}";

// What stands in a packet for its first attachment.
constexpr std::string_view placeholder = R"({"_placeholder":true,"num":0})";

// Words in an order that does not repeat, which compress about as people's do.
std::string text_of(std::size_t bytes) {
  constexpr std::string_view words[] = {"the ",  "server ", "answers ", "a ",  "message ", "when ",    "it ",  "has ",
                                        "come ", "from ",   "one ",     "of ", "many ",    "clients ", "who ", "wait "};
  std::string text;
  for (std::uint32_t state = 1; text.size() < bytes; state = state * 1'664'525 + 1'013'904'223) {
    text += words[state >> 28];
  }
  text.resize(bytes);
  return text;
}

std::string with_run(std::string text, std::string_view run) {
  for (std::size_t at = text.find(run_mark); at != std::string::npos; at = text.find(run_mark, at + run.size())) {
    text.replace(at, run_mark.size(), run);
  }
  return text;
}

} // namespace

RequestMode::RequestMode(const Options& options)
    : connections_(options.connections),
      in_flight_(options.in_flight),
      expect_(options.expect),
      interval_(options.rate > 0 ? std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / options.rate))
                                 : Duration{}),
      sent_at_(options.connections * options.in_flight) {
  std::string event = options.event;
  std::vector<std::string> datas = options.datas;
  if (options.kind == Kind::echo) {
    event = "echo";
    datas = {options.binary ? std::string(placeholder) : wire::to_json(text_of(options.payload_bytes))};
    expect_ = "[" + datas[0] + "]";
  }
  if (datas.empty()) datas.emplace_back();
  frame_sets_ = datas.size();
  const std::string run = wire::random_id();
  for (const std::string& data : datas) {
    for (std::size_t id = 0; id < in_flight_; ++id) {
      if (options.binary) {
        frames_.emplace_back(binary_event_packet(options.nsp, id, event, data), options.framing,
                             text_of(options.payload_bytes));
      } else {
        frames_.emplace_back(event_packet(options.nsp, id, event, with_run(data, run)), options.framing);
      }
    }
  }
}

void RequestMode::start(Fleet& fleet) {
  fleet_ = &fleet;
  if (interval_ != Duration{}) {
    next_due_ = Clock::now();
    return;
  }
  for (std::size_t index = 0; index < connections_; ++index) {
    for (std::size_t id = 0; id < in_flight_; ++id) emit(fleet.connection(index), id, fleet.now());
  }
}

TimePoint RequestMode::on_turn(TimePoint now) {
  if (interval_ == Duration{}) return TimePoint::max();
  while (next_due_ <= now) {
    std::size_t tried = 0;
    std::size_t index = 0, id = 0;
    do { // what has no place waits for an ack, and its time runs
      if (tried++ == sent_at_.size()) return TimePoint::max();
      index = next_place_ % connections_;
      id = next_place_ / connections_;
      next_place_ = (next_place_ + 1) % sent_at_.size();
    } while (sent_at_[index * in_flight_ + id] != TimePoint{});
    emit(fleet_->connection(index), id, next_due_);
    next_due_ += interval_;
  }
  return next_due_;
}

void RequestMode::emit(Connection& connection, std::size_t id, TimePoint due) {
  EventFrame& frame = frames_[connection.index % frame_sets_ * in_flight_ + id];
  frame.set_number(next_number_++);
  fleet_->send_frame(connection, frame.bytes());
  sent_at_[connection.index * in_flight_ + id] = due;
}

void RequestMode::on_ack(Connection& connection, std::uint64_t id, std::string_view arguments) {
  if (id >= in_flight_) throw std::runtime_error("an ack with an id that was never sent: " + std::to_string(id));
  TimePoint& sent_at = sent_at_[connection.index * in_flight_ + id];
  if (sent_at == TimePoint{}) throw std::runtime_error("a second ack for id " + std::to_string(id));
  const Duration latency = fleet_->now() - sent_at;
  sent_at = TimePoint{};
  if (expect_.empty() || arguments.find(expect_) != std::string_view::npos) {
    tally_.done(latency);
  } else {
    failed(arguments);
  }
  if (interval_ == Duration{}) emit(connection, id, fleet_->now());
}

} // namespace load
