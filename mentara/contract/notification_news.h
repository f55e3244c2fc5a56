#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/contract/enums.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "mentara/domain/notification.h"

// What /notifications emits and answers. They borrow from the domain objects: encode at once.
namespace mentara::contract {

struct NotificationShape {
  explicit NotificationShape(const Notification& notification);
  std::string_view id;
  std::string_view userId;
  std::string_view type;
  std::string_view title;
  std::string_view message;
  Priority priority;
  std::optional<wire::RawJson> data;
  std::optional<std::string_view> actionUrl;
  std::optional<std::string_view> collapseKey;
  std::optional<UnixTime> expiresAt;
  bool isRead;
  std::optional<UnixTime> readAt;
  UnixTime createdAt;
};
BOOST_DESCRIBE_STRUCT(NotificationShape, (),
                      (id, userId, type, title, message, priority, data, actionUrl, collapseKey, expiresAt, isRead,
                       readAt, createdAt))

// notification: it takes the place of the unread one with the same collapseKey.
struct NotificationSent : NotificationShape {
  NotificationSent(const Notification& notification, std::string_view at_cursor)
      : NotificationShape(notification), cursor(at_cursor) {}
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(NotificationSent, (NotificationShape), (cursor))
void append_json(std::string& out, const NotificationSent& sent);

// notification:updated: of one, or of all up to (and with) one.
struct NotificationUpdated {
  static NotificationUpdated of(const NotificationId& id, std::optional<UnixTime> read_at, std::string_view cursor) {
    return {.id = id.value, .isRead = read_at.has_value(), .readAt = read_at, .cursor = cursor};
  }
  static NotificationUpdated of_all(const NotificationId& up_to, UnixTime read_at, std::string_view cursor) {
    return {.all = true, .isRead = true, .readAt = read_at, .upTo = up_to.value, .cursor = cursor};
  }
  std::optional<std::string_view> id{};
  std::optional<bool> all{};
  bool isRead = false;
  std::optional<UnixTime> readAt{};
  std::optional<std::string_view> upTo{}; // an id
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(NotificationUpdated, (), (id, all, isRead, readAt, upTo, cursor))
void append_json(std::string& out, const NotificationUpdated& updated);

// notification:deleted: by the user, or it has expired.
struct NotificationDeleted {
  std::string_view id;
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(NotificationDeleted, (), (id, cursor))
void append_json(std::string& out, const NotificationDeleted& deleted);

// unreadCount: absolute. The one with the highest version holds.
struct UnreadCount {
  std::int64_t count = 0;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(UnreadCount, (), (count, version))
void append_json(std::string& out, const UnreadCount& unread);

// notification:list
struct NotificationsAck {
  Success success{};
  ListOf<NotificationShape, Notification> notifications{};
  Nullable<std::string_view> nextCursor{}; // null: that was all
};
BOOST_DESCRIBE_STRUCT(NotificationsAck, (), (success, notifications, nextCursor))
void append_json(std::string& out, const NotificationsAck& ack);

// notification:read, notification:unread, notification:delete, notification:read-all
struct CountAck {
  Success success{};
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(CountAck, (), (success, count))
void append_json(std::string& out, const CountAck& ack);

// GET /notifications/unread-count
struct UnreadCountAck {
  Success success{};
  std::int64_t count = 0;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(UnreadCountAck, (), (success, count, version))
void append_json(std::string& out, const UnreadCountAck& ack);

struct TypePreferenceShape {
  explicit TypePreferenceShape(const TypePreference& preference) : inApp(preference.in_app), push(preference.push) {}
  bool inApp;
  bool push;
};
BOOST_DESCRIBE_STRUCT(TypePreferenceShape, (), (inApp, push))

struct QuietHoursShape {
  explicit QuietHoursShape(const QuietHours& hours);
  ClockTimeText start;
  ClockTimeText end;
  std::string_view timezone;
};
BOOST_DESCRIBE_STRUCT(QuietHoursShape, (), (start, end, timezone))

struct NotificationPreferencesShape {
  explicit NotificationPreferencesShape(const NotificationPreferences& preferences);
  MapOf<TypePreferenceShape, TypePreference> types;
  std::optional<QuietHoursShape> quietHours;
  std::optional<UnixTime> mutedUntil;
};
BOOST_DESCRIBE_STRUCT(NotificationPreferencesShape, (), (types, quietHours, mutedUntil))

// notification:preferences
struct PreferencesAck {
  Success success{};
  NotificationPreferencesShape preferences;
};
BOOST_DESCRIBE_STRUCT(PreferencesAck, (), (success, preferences))
void append_json(std::string& out, const PreferencesAck& ack);

struct CreatedNotificationShape {
  explicit CreatedNotificationShape(const CreatedNotification& created)
      : id(created.id.value), userId(created.user_id.value) {}
  std::string_view id;
  std::string_view userId;
};
BOOST_DESCRIBE_STRUCT(CreatedNotificationShape, (), (id, userId))

// POST /notifications, POST /events
struct CreatedNotificationsAck {
  Success success{};
  ListOf<CreatedNotificationShape, CreatedNotification> notifications{};
  std::optional<bool> duplicate{}; // true: the same was asked before, with the same Idempotency-Key
};
BOOST_DESCRIBE_STRUCT(CreatedNotificationsAck, (), (success, notifications, duplicate))
void append_json(std::string& out, const CreatedNotificationsAck& ack);

} // namespace mentara::contract
