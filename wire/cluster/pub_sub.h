#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/unique_function.h"

namespace wire::cluster {

// What carries messages between nodes: each to everybody who listens on its channel, at most once. Owned by one loop.
class PubSub {
 public:
  struct Handler {
    UniqueFunction<void()> on_ready; // what was subscribed is heard, again
    UniqueFunction<void()> on_lost;  // what is published from now on is lost
    UniqueFunction<void(std::string_view channel, std::string_view bytes)> on_message;
  };
  virtual ~PubSub() = default;

  virtual void start(Handler handler) = 0;
  virtual bool ready() const = 0;
  virtual bool publish(std::string_view channel, std::string_view bytes) = 0; // false: it was lost
  virtual void subscribe(std::string channel) = 0;
  virtual void subscribe_beginning(std::string_view prefix) = 0; // every channel that begins with it
  // How many nodes listen on the channel; none: nobody knows.
  virtual void count_subscribers(std::string_view channel, UniqueFunction<void(std::optional<std::size_t>)> done) = 0;
};

} // namespace wire::cluster
