#pragma once

#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

namespace mentara {

// Where one browser takes pushes for a user, as it said itself (RFC 8030, RFC 8291).
struct PushSubscription {
  std::string endpoint{};    // a URL that whoever knows it may use: not for logs
  std::string user_key{};    // p256dh, in base64url
  std::string auth_secret{}; // auth, likewise
  UnixTime created_at{};
  friend bool operator==(const PushSubscription&, const PushSubscription&) = default;
};

// A push that may still lie on somebody's screen.
struct SentPush {
  NotificationId notification_id{};
  std::string topic{}; // by which a later one takes its place
  friend bool operator==(const SentPush&, const SentPush&) = default;
};

} // namespace mentara
