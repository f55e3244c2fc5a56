#include "mentara/events/event_bus.h"

#include <exception>

#include "wire/base/log.h"

namespace mentara::events {

EventBus::EventBus(Post post, std::size_t queue_max)
    : post_(std::move(post)), queue_max_(queue_max), self_(std::make_shared<EventBus*>(this)) {}

bool EventBus::has_room() {
  if (queue_.size() < queue_max_) return true;
  ++counters_.refused;
  return false;
}

void EventBus::enqueue(wire::UniqueFunction<void()> deliver) {
  queue_.push_back(std::move(deliver));
  ++counters_.published;
  request_turn();
}

void EventBus::request_turn() {
  if (std::exchange(turn_requested_, true)) return;
  post_([weak = std::weak_ptr(self_)] {
    if (const auto bus = weak.lock()) (*bus)->drain();
  });
}

// Takes what waited when the turn began: a subscriber that publishes gets another turn, so it cannot hold the loop.
void EventBus::drain() {
  turn_requested_ = false;
  for (std::size_t left = queue_.size(); left > 0; --left) {
    auto deliver = std::move(queue_.front());
    queue_.pop_front();
    deliver();
  }
}

void EventBus::guard(std::string_view event_type, std::string_view subscriber, wire::UniqueFunction<void()> call) {
  try {
    call();
    return;
  } catch (const std::exception& error) {
    wire::log(wire::LogLevel::error, "a subscriber of the event bus failed",
              {{"subscriber", subscriber}, {"event", event_type}, {"error", error.what()}});
  } catch (...) {
    wire::log(wire::LogLevel::error, "a subscriber of the event bus failed",
              {{"subscriber", subscriber}, {"event", event_type}});
  }
  ++counters_.failed;
}

} // namespace mentara::events
