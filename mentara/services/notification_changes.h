#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/storage/notifications.h"
#include "mentara/storage/store.h"

// What may be done to notifications inside a transaction, whoever does it: a backend, a message that nobody was there
// to receive, a missed call, the clock. What has happened is gathered and published after the commit.
namespace mentara::services {

class NotificationChanges {
 public:
  NotificationChanges() = default;
  explicit NotificationChanges(UnixTime now) : now_(now) {}

  // A new one. What its user wants decides whether he is told, and when.
  void add(storage::Transaction& transaction, const Notification& notification);
  void set_read(storage::Transaction& transaction, const storage::StoredNotification& stored, bool is_read);
  std::int64_t set_all_read(storage::Transaction& transaction, const UserId& user);
  void remove(storage::Transaction& transaction, const storage::StoredNotification& stored);
  // Tells what was held back for so long.
  void release(storage::Transaction& transaction, const storage::StoredNotification& stored);
  // As his preferences are now: some of what is held may be due.
  void hold_anew(storage::Transaction& transaction, const UserId& user);
  // After the last change.
  void finish(storage::Transaction& transaction);

  // --- after the commit ---
  void publish(events::EventBus& bus, const storage::Store& store, const events::Metadata& metadata);
  // When the first of these waits to be told or expires.
  std::optional<UnixTime> due() const { return due_; }

 private:
  struct Created {
    Notification notification;
    bool in_app = true;
    bool push = true;
    storage::Position position = 0; // with in_app
  };
  struct Updated {
    UserId user_id;
    NotificationId id;
    bool all = false;
    std::optional<UnixTime> read_at{};
    storage::Position position = 0;
  };
  struct Deleted {
    UserId user_id;
    NotificationId id;
    storage::Position position = 0;
  };

  void tell(storage::Transaction& transaction, const storage::StoredNotification& stored);
  void count_anew(const UserId& user);
  void note_due(std::optional<UnixTime> time);

  UnixTime now_{};
  std::vector<std::variant<Created, Updated, Deleted>> changes_; // in the order of the log
  std::vector<UserId> counted_anew_;
  std::vector<events::UnreadNotificationsEvent> counts_;
  std::optional<UnixTime> due_;
};

} // namespace mentara::services
