#pragma once

#include "mentara/domain/id.h"

namespace mentara {

// The durable events of one namespace. The numbers are stored.
enum class Channel { MESSAGING = 1, NOTIFICATIONS = 2, VIDEO_CALLS = 3 };

// Whose place in the log it is: each device of a user has one in each channel.
struct Listener {
  UserId user_id;
  DeviceId device_id;
  Channel channel = Channel::MESSAGING;
  friend auto operator<=>(const Listener&, const Listener&) = default;
};

} // namespace mentara
