#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mentara/domain/notification.h"
#include "mentara/storage/keys.h"

// What users are told of beside messages, as it is kept.
namespace mentara::storage {

struct StoredNotification {
  NotificationKey key{}; // rises in the order of creation
  Notification notification;
  bool in_app = true; // false: neither told nor counted
  bool push = true;
  std::optional<UnixTime> held_until{}; // none: it was told
};

struct NotificationFilter {
  NotificationKey before{}; // older than this one
  std::size_t limit = 0;
  bool unread_only = false; // those that are counted
  std::string type{};       // empty: of any
};

// An earlier request with the same key.
struct IdempotentRequest {
  std::string digest; // of what was asked
  std::string answer;
};

// A message of which somebody may have to be told.
struct MessageToTell {
  Position position = 0;
  MessageId message_id{};
  std::int64_t seq = 0;
  UserId sender_id{};
};

class Pushes; // pushes.h
class PushChanges;

class Notifications {
 public:
  virtual ~Notifications() = default;
  virtual Pushes& pushes() = 0;

  // Those that are not expired, the newest first.
  virtual std::vector<StoredNotification> list(const UserId& user, const NotificationFilter& filter, UnixTime now) = 0;
  virtual std::optional<StoredNotification> find(const UserId& user, const NotificationId& id) = 0;
  virtual std::vector<StoredNotification> find_unread(const UserId& user, const std::string& collapse_key) = 0;
  virtual NotificationId newest(const UserId& user) = 0; // empty: there is none
  virtual UnreadNotifications unread(const UserId& user, UnixTime now) = 0;
  virtual NotificationPreferences preferences(const UserId& user) = 0;

  // Those that wait to be told, in their order.
  virtual std::vector<StoredNotification> held(const UserId& user) = 0;
  virtual std::vector<StoredNotification> to_release(UnixTime now, std::size_t limit) = 0; // of all users
  virtual std::vector<StoredNotification> expired(UnixTime now, std::size_t limit) = 0;
  // When the first one, of all users, is to be told or expires.
  virtual std::optional<UnixTime> next_due() = 0;

  // Of messages up to here, everybody who was not there has been told.
  virtual Position messages_told() = 0;
  virtual std::vector<std::pair<ConversationId, MessageToTell>> messages_after(Position after, std::size_t limit) = 0;
  // A device of the user has proven to have everything of his conversations up to there.
  virtual bool has_received(const UserId& user, Position position) = 0;

  virtual std::optional<IdempotentRequest> find_request(const UserId& user, const std::string& key) = 0;
};

// Whatever a user must hear of writes its row of the log.
class NotificationChanges {
 public:
  virtual ~NotificationChanges() = default;
  virtual PushChanges& push_changes() = 0;

  virtual void insert(const StoredNotification& notification) = 0; // its key is given here
  virtual void remove(NotificationKey key) = 0;
  virtual void set_read(NotificationKey key, std::optional<UnixTime> read_at) = 0;
  virtual std::size_t set_all_read(const UserId& user, UnixTime read_at) = 0; // how many were not, but for the expired
  virtual void set_held(NotificationKey key, std::optional<UnixTime> until) = 0;

  virtual Position log_created(const Notification& notification) = 0;
  virtual Position log_updated(const UserId& user, const NotificationId& id, std::optional<UnixTime> read_at) = 0;
  virtual Position log_all_read(const UserId& user, const NotificationId& up_to, UnixTime read_at) = 0;
  virtual Position log_deleted(const UserId& user, const NotificationId& id) = 0;

  virtual void advance_version(const UserId& user) = 0; // his count is another now
  virtual void set_preferences(const UserId& user, const NotificationPreferences& preferences) = 0;

  virtual void set_messages_told(Position position) = 0;

  virtual void keep_request(const UserId& user, const std::string& key, const IdempotentRequest& request,
                            UnixTime now) = 0;
  virtual void forget_requests(UnixTime before) = 0;
};

} // namespace mentara::storage
