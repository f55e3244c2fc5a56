#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "mentara/domain/call.h"
#include "mentara/domain/id.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"

namespace mentara::services {

// Who is in a call or a conference: at most one call a user, from its offer to its end, and for the time of a
// conference none. Owned by the home loop; tells the bus who talks, and who does no more.
class Engagements {
 public:
  Engagements(events::EventBus& bus, const WallClock& clock) : bus_(bus), clock_(clock) {}

  // The call that he is in or that rings at him; none: he may be in a conference.
  std::optional<CallId> call_of(const UserId& user) const;
  bool is_busy(const UserId& user) const { return users_.contains(user); }
  bool is_in_conference(const UserId& user) const;
  bool is_in_call(const UserId& user) const; // he talks: the call was answered, or it is a conference

  void begin(const Call& call);
  void answer(const Call& call);
  void end(const Call& call);
  // By each of his devices.
  void join_conference(const UserId& user);
  void leave_conference(const UserId& user);

  std::size_t size() const { return users_.size(); }

 private:
  struct Engagement {
    std::optional<CallId> call{};
    bool talks = false; // in the call
    std::size_t conference_devices = 0;
    bool in_call() const { return talks || conference_devices > 0; }
  };
  template <class Change>
  void change(const UserId& user, Change how);

  events::EventBus& bus_;
  const WallClock& clock_;
  std::unordered_map<UserId, Engagement, IdHash> users_;
};

} // namespace mentara::services
