#pragma once

#include <boost/describe/class.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mentara/contract/constraints.h"
#include "mentara/contract/enums.h"
#include "mentara/contract/messaging_requests.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/id.h"
#include "mentara/limits.h"

// What clients send to /notifications, and backends to /api/notifications.
namespace mentara::contract {

using NotificationType = Word<limits::notification_type_chars_max>;

// notification:list. Newest first; `before` is the nextCursor of the page that came last.
struct ListNotifications {
  std::optional<Cursor> before;
  Default<Integer<1, limits::notifications_page_max>, 20> limit;
  Default<bool, false> unreadOnly;
  std::optional<NotificationType> type;
};
BOOST_DESCRIBE_STRUCT(ListNotifications, (), (before, limit, unreadOnly, type))

// notification:read, notification:unread, notification:delete
struct WhichNotifications {
  std::optional<NotificationId> id;
  OrEmpty<List<NotificationId, limits::notification_ids_max>> ids;
};
BOOST_DESCRIBE_STRUCT(WhichNotifications, (), (id, ids))
std::optional<Failure> validate(const WhichNotifications& request); // one at least

// DELETE /notifications/{id}
struct WhichNotification {
  NotificationId id;
};
BOOST_DESCRIBE_STRUCT(WhichNotification, (), (id))

// PATCH /notifications/{id}
struct MarkNotification {
  NotificationId id;
  bool isRead = false;
};
BOOST_DESCRIBE_STRUCT(MarkNotification, (), (id, isRead))

// notification:read-all, GET /notifications/unread-count, GET /notifications/preferences
struct NoFields {};
BOOST_DESCRIBE_STRUCT(NoFields, (), ())

struct TypePreferenceInput {
  Default<bool, true> inApp;
  Default<bool, true> push;
};
BOOST_DESCRIBE_STRUCT(TypePreferenceInput, (), (inApp, push))

struct QuietHoursInput {
  ClockTime start;
  ClockTime end;
  TimeZone timezone;
};
BOOST_DESCRIBE_STRUCT(QuietHoursInput, (), (start, end, timezone))
std::optional<Failure> validate(const QuietHoursInput& hours); // start and end differ

// notification:preferences. What is absent stays as it is; without any of these, nothing changes. Of the types only
// those that are named.
struct ChangeNotificationPreferences {
  Clearable<MapOfWords<TypePreferenceInput, limits::notification_type_chars_max, limits::notification_types_max>> types;
  Clearable<QuietHoursInput> quietHours;
  Clearable<Timestamp> mutedUntil;
};
BOOST_DESCRIBE_STRUCT(ChangeNotificationPreferences, (), (types, quietHours, mutedUntil))

// POST /notifications
struct CreateNotifications {
  List<UserId, limits::notification_recipients_max> userIds;
  NotificationType type;
  Text<1, limits::notification_title_chars_max> title;
  OrEmpty<Text<0, limits::notification_message_chars_max>> message;
  Default<Priority, Priority::NORMAL> priority;
  std::optional<JsonObject<limits::notification_data_bytes_max>> data;
  OrEmpty<Text<0, limits::url_chars_max>> actionUrl;
  OrEmpty<Text<0, limits::collapse_key_chars_max>> collapseKey;
  std::optional<Timestamp> expiresAt;
};
BOOST_DESCRIBE_STRUCT(CreateNotifications, (),
                      (userIds, type, title, message, priority, data, actionUrl, collapseKey, expiresAt))
std::optional<Failure> validate(const CreateNotifications& request); // somebody at least

// Of an event of the bus, what a backend may say.
struct EventMetadataInput {
  OrEmpty<Text<0, limits::event_words_chars_max>> correlationId; // of what it belongs to; else the event's own id
};
BOOST_DESCRIBE_STRUCT(EventMetadataInput, (), (correlationId))

// POST /events
struct PostEvent {
  Text<1, limits::event_words_chars_max> eventType;
  std::optional<JsonObject<limits::event_data_bytes_max>> eventData;
  OrEmpty<List<UserId, limits::notification_recipients_max>> userIds;
  OrEmpty<Text<0, limits::event_words_chars_max>> aggregateType; // what it happened to
  OrEmpty<Text<0, limits::event_words_chars_max>> aggregateId;
  std::optional<EventMetadataInput> metadata;
  Default<Integer<1, limits::event_version_max>, 1> version; // of the shape of eventData
};
BOOST_DESCRIBE_STRUCT(PostEvent, (), (eventType, eventData, userIds, aggregateType, aggregateId, metadata, version))

} // namespace mentara::contract
