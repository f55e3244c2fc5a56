#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "wire/base/log_scope.h"
#include "wire/base/unique_function.h"

namespace mentara::events {

// Brings events to those who subscribed to their type, in the order of publishing. Owned by the home loop.
//
// Publishing never blocks and never runs a subscriber: events wait in a bounded queue until `post` brings the bus its
// turn. A subscriber that throws is logged and counted; the others, and the publisher, do not notice.
class EventBus {
 public:
  static constexpr std::size_t queue_events_max = 16'384;

  struct Counters {
    std::uint64_t published = 0; // accepted
    std::uint64_t refused = 0;   // the queue was full
    std::uint64_t failed = 0;    // a subscriber threw
  };

  explicit EventBus(Post post, std::size_t queue_max = queue_events_max);
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  // `name` is for the log. Subscribe before the first event is published.
  template <class Event>
  void subscribe(std::string name, wire::UniqueFunction<void(const Event&)> on_event) {
    channel<Event>().subscribers.push_back({std::move(name), std::move(on_event)});
  }

  // False: the queue is full; the event is dropped and counted. What is durable about it stands in the log.
  template <class Event>
  bool publish(Event event) {
    if (!has_room()) return false;
    enqueue([this, &to = channel<Event>(), event = std::move(event), connection = wire::LogScope::connection()] {
      const wire::LogScope scope(connection);
      for (auto& subscriber : to.subscribers) {
        guard(Event::type, subscriber.name, [&] { subscriber.on_event(event); });
      }
    });
    return true;
  }

  const Counters& counters() const { return counters_; }
  std::size_t queued() const { return queue_.size(); }

 private:
  struct AnyChannel {
    virtual ~AnyChannel() = default;
  };
  template <class Event>
  struct Channel final : AnyChannel {
    struct Subscriber {
      std::string name;
      wire::UniqueFunction<void(const Event&)> on_event;
    };
    std::vector<Subscriber> subscribers;
  };

  template <class Event>
  Channel<Event>& channel() {
    std::unique_ptr<AnyChannel>& found = channels_[std::type_index(typeid(Event))];
    if (!found) found = std::make_unique<Channel<Event>>();
    return static_cast<Channel<Event>&>(*found);
  }

  bool has_room();
  void enqueue(wire::UniqueFunction<void()> deliver);
  void request_turn();
  void drain();
  void guard(std::string_view event_type, std::string_view subscriber, wire::UniqueFunction<void()> call);

  Post post_;
  std::size_t queue_max_;
  std::unordered_map<std::type_index, std::unique_ptr<AnyChannel>> channels_;
  std::deque<wire::UniqueFunction<void()>> queue_;
  bool turn_requested_ = false;
  Counters counters_;
  std::shared_ptr<EventBus*> self_; // gone with the bus; a turn that comes too late finds out by it
};

} // namespace mentara::events
