#include "mentara/contract/notification_news.h"

#include "mentara/contract/writer.h"

namespace mentara::contract {
namespace {

std::optional<std::string_view> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

} // namespace

NotificationShape::NotificationShape(const Notification& notification)
    : id(notification.id.value),
      userId(notification.user_id.value),
      type(notification.type),
      title(notification.title),
      message(notification.message),
      priority(notification.priority),
      actionUrl(unless_empty(notification.action_url)),
      collapseKey(unless_empty(notification.collapse_key)),
      expiresAt(notification.expires_at),
      isRead(notification.read_at.has_value()),
      readAt(notification.read_at),
      createdAt(notification.created_at) {
  if (!notification.data.empty()) data = wire::RawJson{notification.data};
}

QuietHoursShape::QuietHoursShape(const QuietHours& hours)
    : start{hours.start}, end{hours.end}, timezone(hours.time_zone) {}

NotificationPreferencesShape::NotificationPreferencesShape(const NotificationPreferences& preferences)
    : types{&preferences.types}, mutedUntil(preferences.muted_until) {
  if (preferences.quiet_hours) quietHours.emplace(*preferences.quiet_hours);
}

void append_json(std::string& out, const NotificationSent& sent) { write(out, sent); }
void append_json(std::string& out, const NotificationUpdated& updated) { write(out, updated); }
void append_json(std::string& out, const NotificationDeleted& deleted) { write(out, deleted); }
void append_json(std::string& out, const UnreadCount& unread) { write(out, unread); }
void append_json(std::string& out, const NotificationsAck& ack) { write(out, ack); }
void append_json(std::string& out, const CountAck& ack) { write(out, ack); }
void append_json(std::string& out, const UnreadCountAck& ack) { write(out, ack); }
void append_json(std::string& out, const PreferencesAck& ack) { write(out, ack); }
void append_json(std::string& out, const CreatedNotificationsAck& ack) { write(out, ack); }

} // namespace mentara::contract
