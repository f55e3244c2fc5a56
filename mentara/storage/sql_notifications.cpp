#include "mentara/storage/sql_notifications.h"

#include "mentara/storage/stored_number.h"

namespace mentara::storage {
namespace {

using sql::Rows;

#define SELECT_NOTIFICATION                                                                                   \
  "SELECT n.notification_key, n.notification_id, u.user_id, n.type, n.title, n.message, n.priority, n.data, " \
  "n.action_url, n.collapse_key, n.in_app, n.push, n.created_at, n.expires_at, n.read_at, n.held_until "      \
  "FROM notifications n JOIN users u ON u.user_key = n.user_key "

#define OF_USER "n.user_key = (SELECT user_key FROM users WHERE user_id = ?1) "

#define NOT_EXPIRED(now) "(n.expires_at IS NULL OR n.expires_at > " now ") "

std::optional<UnixTime> time_or_none(const Rows& row, int column) {
  if (row.null(column)) return std::nullopt;
  return UnixTime{row.integer(column)};
}

StoredNotification read_notification(const Rows& row) {
  StoredNotification stored;
  int column = 0;
  stored.key = row.as<NotificationKey>(column++);
  Notification& notification = stored.notification;
  notification.id = {row.text(column++)};
  notification.user_id = {row.text(column++)};
  notification.type = row.text(column++);
  notification.title = row.text(column++);
  notification.message = row.text(column++);
  notification.priority = row.as<Priority>(column++);
  notification.data = row.text(column++);
  notification.action_url = row.text(column++);
  notification.collapse_key = row.text(column++);
  stored.in_app = row.integer(column++) != 0;
  stored.push = row.integer(column++) != 0;
  notification.created_at = {row.integer(column++)};
  notification.expires_at = time_or_none(row, column++);
  notification.read_at = time_or_none(row, column++);
  stored.held_until = time_or_none(row, column++);
  return stored;
}

std::vector<StoredNotification> read_all(Rows row) {
  std::vector<StoredNotification> all;
  while (row.next()) all.push_back(read_notification(row));
  return all;
}

std::optional<std::int64_t> ms_or_none(std::optional<UnixTime> time) {
  if (!time) return std::nullopt;
  return time->ms;
}

} // namespace

SqlNotifications::SqlNotifications(sql::Database& database)
    : list_(database, SELECT_NOTIFICATION "WHERE " OF_USER "AND n.notification_key < ?2 AND " NOT_EXPIRED("?3")
                      "AND (?4 = '' OR n.type = ?4) ORDER BY n.notification_key DESC LIMIT ?5"),
      list_unread_(database, SELECT_NOTIFICATION "WHERE " OF_USER
                             "AND n.notification_key < ?2 AND " NOT_EXPIRED("?3")
                             "AND (?4 = '' OR n.type = ?4) AND n.read_at IS NULL AND n.in_app = 1 "
                             "ORDER BY n.notification_key DESC LIMIT ?5"),
      find_(database, SELECT_NOTIFICATION "WHERE n.notification_id = ?2 AND " OF_USER),
      find_unread_(database, SELECT_NOTIFICATION "WHERE " OF_USER
                             "AND n.collapse_key = ?2 AND n.collapse_key <> '' AND n.read_at IS NULL"),
      newest_(database, "SELECT n.notification_id FROM notifications n WHERE " OF_USER
                        "ORDER BY n.notification_key DESC LIMIT 1"),
      unread_(database,
              "SELECT (SELECT count(*) FROM notifications n WHERE " OF_USER
              "AND n.read_at IS NULL AND n.in_app = 1 AND " NOT_EXPIRED("?2")
              "), coalesce((SELECT n.version FROM notification_users n WHERE " OF_USER "), 0)"),
      preferences_(database, "SELECT n.muted_until, n.quiet_start, n.quiet_end, n.time_zone FROM notification_users n "
                             "WHERE " OF_USER),
      types_(database, "SELECT n.type, n.in_app, n.push FROM notification_types n WHERE " OF_USER),
      held_(database, SELECT_NOTIFICATION "WHERE " OF_USER
                      "AND n.held_until IS NOT NULL ORDER BY n.notification_key"),
      to_release_(database, SELECT_NOTIFICATION
                  "WHERE n.held_until <= ?1 ORDER BY n.held_until, n.notification_key LIMIT ?2"),
      expired_(database, SELECT_NOTIFICATION "WHERE n.expires_at <= ?1 ORDER BY n.expires_at LIMIT ?2"),
      next_due_(database,
                "SELECT min(due) FROM (SELECT min(held_until) AS due FROM notifications WHERE held_until IS NOT NULL "
                "UNION ALL SELECT min(expires_at) FROM notifications WHERE expires_at IS NOT NULL) dues"),
      find_request_(database, "SELECT n.digest, n.answer FROM idempotent_requests n WHERE " OF_USER
                              "AND n.idempotency_key = ?2"),
      messages_told_(database, "SELECT messages_told FROM notification_state"),
      messages_after_(database,
                      "SELECT c.conversation_id, m.position, m.message_id, m.seq, u.user_id FROM messages m "
                      "JOIN conversations c ON c.conversation_key = m.conversation_key "
                      "JOIN users u ON u.user_key = m.sender_key WHERE m.position > ?1 AND m.deleted_at IS NULL "
                      "ORDER BY m.position LIMIT ?2"),
      has_received_(database,
                    "SELECT 1 FROM users u JOIN device_places p ON p.user_key = u.user_key WHERE u.user_id = ?1 "
                    "AND p.channel = ?2 AND p.position >= ?3 AND p.epoch = (SELECT epoch FROM log_state)"),
      pushes_(database) {}

std::vector<StoredNotification> SqlNotifications::list(const UserId& user, const NotificationFilter& filter,
                                                       UnixTime now) {
  return read_all(
      (filter.unread_only ? list_unread_ : list_).query(user.value, filter.before, now.ms, filter.type, filter.limit));
}

std::optional<StoredNotification> SqlNotifications::find(const UserId& user, const NotificationId& id) {
  Rows row = find_.query(user.value, id.value);
  if (!row.next()) return std::nullopt;
  return read_notification(row);
}

std::vector<StoredNotification> SqlNotifications::find_unread(const UserId& user, const std::string& collapse_key) {
  return read_all(find_unread_.query(user.value, collapse_key));
}

NotificationId SqlNotifications::newest(const UserId& user) {
  Rows row = newest_.query(user.value);
  return row.next() ? NotificationId{row.text(0)} : NotificationId{};
}

UnreadNotifications SqlNotifications::unread(const UserId& user, UnixTime now) {
  Rows row = unread_.query(user.value, now.ms);
  row.next();
  return {row.integer(0), row.integer(1)};
}

NotificationPreferences SqlNotifications::preferences(const UserId& user) {
  NotificationPreferences preferences;
  {
    Rows row = preferences_.query(user.value);
    if (row.next()) {
      preferences.muted_until = time_or_none(row, 0);
      if (!row.null(1)) {
        preferences.quiet_hours = {static_cast<int>(row.integer(1)), static_cast<int>(row.integer(2)), row.text(3)};
      }
    }
  }
  Rows row = types_.query(user.value);
  while (row.next()) preferences.types[row.text(0)] = {row.integer(1) != 0, row.integer(2) != 0};
  return preferences;
}

std::vector<StoredNotification> SqlNotifications::held(const UserId& user) { return read_all(held_.query(user.value)); }

std::vector<StoredNotification> SqlNotifications::to_release(UnixTime now, std::size_t limit) {
  return read_all(to_release_.query(now.ms, limit));
}

std::vector<StoredNotification> SqlNotifications::expired(UnixTime now, std::size_t limit) {
  return read_all(expired_.query(now.ms, limit));
}

std::optional<UnixTime> SqlNotifications::next_due() {
  Rows row = next_due_.query();
  row.next();
  return time_or_none(row, 0);
}

std::optional<IdempotentRequest> SqlNotifications::find_request(const UserId& user, const std::string& key) {
  Rows row = find_request_.query(user.value, key);
  if (!row.next()) return std::nullopt;
  return IdempotentRequest{row.text(0), row.text(1)};
}

Position SqlNotifications::messages_told() {
  Rows row = messages_told_.query();
  row.next();
  return row.integer(0);
}

std::vector<std::pair<ConversationId, MessageToTell>> SqlNotifications::messages_after(Position after,
                                                                                       std::size_t limit) {
  std::vector<std::pair<ConversationId, MessageToTell>> messages;
  Rows row = messages_after_.query(after, limit);
  while (row.next()) {
    messages.emplace_back(ConversationId{row.text(0)},
                          MessageToTell{row.integer(1), {row.text(2)}, row.integer(3), {row.text(4)}});
  }
  return messages;
}

bool SqlNotifications::has_received(const UserId& user, Position position) {
  return has_received_.query(user.value, Channel::MESSAGING, position).next();
}

SqlNotificationChanges::SqlNotificationChanges(sql::Database& database, SqlLog& log, SqlUsers& users)
    : log_(log),
      users_(users),
      insert_(database,
              "INSERT INTO notifications (user_key, notification_id, type, title, message, priority, data, action_url, "
              "collapse_key, in_app, push, created_at, expires_at, read_at, held_until) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"),
      remove_(database, "DELETE FROM notifications WHERE notification_key = ?1"),
      set_read_(database, "UPDATE notifications SET read_at = ?2 WHERE notification_key = ?1"),
      set_all_read_(database, "UPDATE notifications AS n SET read_at = ?2 WHERE " OF_USER
                              "AND n.read_at IS NULL AND " NOT_EXPIRED("?2") "RETURNING notification_key"),
      set_held_(database, "UPDATE notifications SET held_until = ?2 WHERE notification_key = ?1"),
      advance_version_(database,
                       "INSERT INTO notification_users (user_key, version) VALUES (?1, 1) "
                       "ON CONFLICT (user_key) DO UPDATE SET version = notification_users.version + 1"),
      set_preferences_(
          database,
          "INSERT INTO notification_users (user_key, muted_until, quiet_start, quiet_end, time_zone) "
          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (user_key) DO UPDATE SET muted_until = excluded.muted_until, "
          "quiet_start = excluded.quiet_start, quiet_end = excluded.quiet_end, "
          "time_zone = excluded.time_zone"),
      remove_types_(database, "DELETE FROM notification_types WHERE user_key = ?1"),
      insert_type_(database, "INSERT INTO notification_types (user_key, type, in_app, push) VALUES (?1, ?2, ?3, ?4)"),
      keep_request_(database,
                    "INSERT INTO idempotent_requests (user_key, idempotency_key, digest, answer, at) "
                    "VALUES (?1, ?2, ?3, ?4, ?5)"),
      forget_requests_(database, "DELETE FROM idempotent_requests WHERE at < ?1"),
      set_messages_told_(database, "UPDATE notification_state SET messages_told = ?1"),
      push_changes_(database, users) {}

UserKey SqlNotificationChanges::key_of(const UserId& user) {
  User known{user};
  return users_.ensure(known);
}

void SqlNotificationChanges::insert(const StoredNotification& stored) {
  const Notification& notification = stored.notification;
  insert_.run(key_of(notification.user_id), notification.id.value, notification.type, notification.title,
              notification.message, stored_number(notification.priority), notification.data, notification.action_url,
              notification.collapse_key, stored.in_app, stored.push, notification.created_at.ms,
              ms_or_none(notification.expires_at), ms_or_none(notification.read_at), ms_or_none(stored.held_until));
}

void SqlNotificationChanges::remove(NotificationKey key) { remove_.run(key); }

void SqlNotificationChanges::set_read(NotificationKey key, std::optional<UnixTime> read_at) {
  set_read_.run(key, ms_or_none(read_at));
}

std::size_t SqlNotificationChanges::set_all_read(const UserId& user, UnixTime read_at) {
  std::size_t count = 0;
  for (Rows row = set_all_read_.query(user.value, read_at.ms); row.next();) ++count;
  return count;
}

void SqlNotificationChanges::set_held(NotificationKey key, std::optional<UnixTime> until) {
  set_held_.run(key, ms_or_none(until));
}

Position SqlNotificationChanges::log_created(const Notification& notification) {
  return log_.append(key_of(notification.user_id), Channel::NOTIFICATIONS, LogType::notification,
                     notification_payload(notification));
}

Position SqlNotificationChanges::log_updated(const UserId& user, const NotificationId& id,
                                             std::optional<UnixTime> read_at) {
  return log_.append(key_of(user), Channel::NOTIFICATIONS, LogType::notification_updated,
                     notification_updated_payload(id, read_at));
}

Position SqlNotificationChanges::log_all_read(const UserId& user, const NotificationId& up_to, UnixTime read_at) {
  return log_.append(key_of(user), Channel::NOTIFICATIONS, LogType::notification_updated,
                     notifications_all_read_payload(up_to, read_at));
}

Position SqlNotificationChanges::log_deleted(const UserId& user, const NotificationId& id) {
  return log_.append(key_of(user), Channel::NOTIFICATIONS, LogType::notification_deleted,
                     notification_deleted_payload(id));
}

void SqlNotificationChanges::advance_version(const UserId& user) { advance_version_.run(key_of(user)); }

void SqlNotificationChanges::set_preferences(const UserId& user, const NotificationPreferences& preferences) {
  const UserKey key = key_of(user);
  std::optional<int> start, end;
  std::optional<std::string_view> zone;
  if (const auto& hours = preferences.quiet_hours) {
    start = hours->start;
    end = hours->end;
    zone = hours->time_zone;
  }
  set_preferences_.run(key, ms_or_none(preferences.muted_until), start, end, zone);
  remove_types_.run(key);
  for (const auto& [type, preference] : preferences.types) {
    insert_type_.run(key, type, preference.in_app, preference.push);
  }
}

void SqlNotificationChanges::keep_request(const UserId& user, const std::string& key, const IdempotentRequest& request,
                                          UnixTime now) {
  keep_request_.run(key_of(user), key, request.digest, request.answer, now.ms);
}

void SqlNotificationChanges::set_messages_told(Position position) { set_messages_told_.run(position); }

void SqlNotificationChanges::forget_requests(UnixTime before) { forget_requests_.run(before.ms); }

} // namespace mentara::storage
