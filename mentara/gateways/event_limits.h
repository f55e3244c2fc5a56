#pragma once

#include <optional>
#include <string_view>

#include "mentara/auth/rate_limiter.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/id.h"

namespace mentara::gateways {

// How often a user may ask for something, on all his sockets together: events by what they cost, and messages sent. Any
// thread.
class EventLimits {
 public:
  EventLimits(auth::Rate events, auth::Rate sends) : events_(events), sends_(sends) {}

  // The failure is rate_limited, with retryAfterMs.
  std::optional<Failure> take(const UserId& user, std::string_view event, wire::TimePoint now);

  auth::SharedLimit& events() { return events_; }
  auth::SharedLimit& sends() { return sends_; }

 private:
  auth::RateLimiter events_;
  auth::RateLimiter sends_;
};

// What an event costs; 1 is an ordinary one.
double cost_of(std::string_view event);

} // namespace mentara::gateways
