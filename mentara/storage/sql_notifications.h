#pragma once

#include "mentara/storage/notifications.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_log.h"
#include "mentara/storage/sql_pushes.h"
#include "mentara/storage/sql_users.h"

namespace mentara::storage {

class SqlNotifications final : public Notifications {
 public:
  explicit SqlNotifications(sql::Database& database);

  Pushes& pushes() override { return pushes_; }
  std::vector<StoredNotification> list(const UserId& user, const NotificationFilter& filter, UnixTime now) override;
  std::optional<StoredNotification> find(const UserId& user, const NotificationId& id) override;
  std::vector<StoredNotification> find_unread(const UserId& user, const std::string& collapse_key) override;
  NotificationId newest(const UserId& user) override;
  UnreadNotifications unread(const UserId& user, UnixTime now) override;
  NotificationPreferences preferences(const UserId& user) override;
  std::vector<StoredNotification> held(const UserId& user) override;
  std::vector<StoredNotification> to_release(UnixTime now, std::size_t limit) override;
  std::vector<StoredNotification> expired(UnixTime now, std::size_t limit) override;
  std::optional<UnixTime> next_due() override;
  Position messages_told() override;
  std::vector<std::pair<ConversationId, MessageToTell>> messages_after(Position after, std::size_t limit) override;
  bool has_received(const UserId& user, Position position) override;
  std::optional<IdempotentRequest> find_request(const UserId& user, const std::string& key) override;

 private:
  sql::Statement list_, list_unread_, find_, find_unread_, newest_, unread_, preferences_, types_;
  sql::Statement held_, to_release_, expired_, next_due_, find_request_;
  sql::Statement messages_told_, messages_after_, has_received_;
  SqlPushes pushes_;
};

class SqlNotificationChanges final : public NotificationChanges {
 public:
  SqlNotificationChanges(sql::Database& database, SqlLog& log, SqlUsers& users);

  PushChanges& push_changes() override { return push_changes_; }
  void insert(const StoredNotification& notification) override;
  void remove(NotificationKey key) override;
  void set_read(NotificationKey key, std::optional<UnixTime> read_at) override;
  std::size_t set_all_read(const UserId& user, UnixTime read_at) override;
  void set_held(NotificationKey key, std::optional<UnixTime> until) override;
  Position log_created(const Notification& notification) override;
  Position log_updated(const UserId& user, const NotificationId& id, std::optional<UnixTime> read_at) override;
  Position log_all_read(const UserId& user, const NotificationId& up_to, UnixTime read_at) override;
  Position log_deleted(const UserId& user, const NotificationId& id) override;
  void advance_version(const UserId& user) override;
  void set_preferences(const UserId& user, const NotificationPreferences& preferences) override;
  void set_messages_told(Position position) override;
  void keep_request(const UserId& user, const std::string& key, const IdempotentRequest& request,
                    UnixTime now) override;
  void forget_requests(UnixTime before) override;

 private:
  UserKey key_of(const UserId& user);

  SqlLog& log_;
  SqlUsers& users_;
  sql::Statement insert_, remove_, set_read_, set_all_read_, set_held_, advance_version_;
  sql::Statement set_preferences_, remove_types_, insert_type_, keep_request_, forget_requests_;
  sql::Statement set_messages_told_;
  SqlPushChanges push_changes_;
};

} // namespace mentara::storage
