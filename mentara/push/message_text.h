#pragma once

#include <string>

#include "mentara/domain/notification.h"
#include "mentara/domain/push.h"

// What a service worker reads.
namespace mentara::push {

// By which a later push takes the place of this one: of what has the same collapse key, else of this notification
// alone.
std::string topic_of(const Notification& notification);

// Fits into a push whatever the notification says: data go first, then the end of the message, then the link.
std::string message_text(const Notification& notification);
std::string cancelled_text(const SentPush& push);

} // namespace mentara::push
