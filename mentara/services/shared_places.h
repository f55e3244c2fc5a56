#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mentara/domain/listener.h"
#include "mentara/storage/keys.h"
#include "wire/base/time.h"

namespace mentara::services {

// A device may listen on several sockets at once: two tabs of a browser whose client names no device, or a connection
// that is dead and does not know it yet beside the one that replaces it. Its place is that of the one that is furthest
// behind, so that none of them loses what only another has received; one that left counts on for a while, since it may
// come back. Pure: time is an argument.
class SharedPlaces {
 public:
  using Position = storage::Position;

  static constexpr wire::Duration kept_after_leaving = std::chrono::minutes(2);

  // A socket begins at `position`.
  void join(const Listener& listener, const std::string& socket_id, Position position);
  // The socket has everything up to `position`. Answers the place of its device, when that has moved.
  std::optional<Position> prove(const Listener& listener, const std::string& socket_id, Position position,
                                wire::TimePoint now);
  void leave(const Listener& listener, const std::string& socket_id, wire::TimePoint now);

  std::size_t size() const { return devices_.size(); }

 private:
  struct Part {
    std::string socket_id; // empty: it left
    Position position = 0;
    wire::TimePoint until = wire::TimePoint::max(); // it counts
  };
  struct Device {
    std::vector<Part> parts;
    Position told = -1;
  };
  void expire(wire::TimePoint now);

  std::map<Listener, Device> devices_;
  std::deque<std::pair<wire::TimePoint, Listener>> left_; // in the order of leaving
};

} // namespace mentara::services
