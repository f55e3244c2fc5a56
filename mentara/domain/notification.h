#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

namespace mentara {

enum class Priority { LOW, NORMAL, HIGH, URGENT };

// Something that a user should know of, kept until he has seen it.
struct Notification {
  NotificationId id{};
  UserId user_id{};
  std::string type{}; // "APPOINTMENT_REMINDER": 1 to 64 of A-Z and _
  std::string title{};
  std::string message{};
  Priority priority = Priority::NORMAL;
  std::string data{};         // JSON text of an object; empty: none
  std::string action_url{};   // empty: none
  std::string collapse_key{}; // replaces the unread one with the same key; empty: none
  std::optional<UnixTime> expires_at{};
  std::optional<UnixTime> read_at{};
  UnixTime created_at{};
  friend bool operator==(const Notification&, const Notification&) = default;
};

// Of the notifications of a conversation's messages.
inline std::string message_collapse_key(const ConversationId& conversation) {
  return "conversation:" + conversation.value;
}

struct CreatedNotification {
  NotificationId id;
  UserId user_id;
  friend bool operator==(const CreatedNotification&, const CreatedNotification&) = default;
};

// How a user wants to hear of notifications of one type.
struct TypePreference {
  bool in_app = true; // false: they are kept, but neither told nor counted
  bool push = true;
  friend bool operator==(const TypePreference&, const TypePreference&) = default;
};

// Each day from `start` to `end`, in minutes since midnight by the clocks of the time zone; over midnight when it ends
// before it starts.
struct QuietHours {
  int start = 0;
  int end = 0; // not `start`
  std::string time_zone{};
  friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

struct NotificationPreferences {
  std::map<std::string, TypePreference> types{}; // those that differ from the default
  std::optional<QuietHours> quiet_hours{};
  std::optional<UnixTime> muted_until{};
  friend bool operator==(const NotificationPreferences&, const NotificationPreferences&) = default;

  TypePreference of(const std::string& type) const {
    const auto found = types.find(type);
    return found == types.end() ? TypePreference{} : found->second;
  }
};

// How many he has not read. `version` rises with each change, so that the newest can be told from one that was late.
struct UnreadNotifications {
  std::int64_t count = 0;
  std::int64_t version = 0;
  friend bool operator==(const UnreadNotifications&, const UnreadNotifications&) = default;
};

} // namespace mentara
