#include "mentara/services/notification_changes.h"

#include <algorithm>
#include <utility>

#include "mentara/domain/quiet.h"

namespace mentara::services {

using storage::StoredNotification;
using storage::Transaction;

void NotificationChanges::add(Transaction& transaction, const Notification& notification) {
  storage::Notifications& kept = transaction.notifications();
  const NotificationPreferences preferences = kept.preferences(notification.user_id);
  const TypePreference type = preferences.of(notification.type);
  StoredNotification stored{.notification = notification,
                            .in_app = type.in_app,
                            .push = type.push,
                            .held_until = held_until(preferences, notification.priority, now_)};
  if (!stored.held_until && notification.priority != Priority::URGENT) {
    // Nothing overtakes what is about to be told.
    for (const StoredNotification& held : kept.held(notification.user_id)) {
      if (*held.held_until <= now_) release(transaction, held);
    }
  }
  for (const StoredNotification& replaced : kept.find_unread(notification.user_id, notification.collapse_key)) {
    transaction.notification_changes().remove(replaced.key);
  }
  transaction.notification_changes().insert(stored);
  note_due(stored.held_until);
  note_due(notification.expires_at);
  if (stored.in_app) count_anew(notification.user_id);
  if (!stored.held_until) tell(transaction, stored);
}

void NotificationChanges::set_read(Transaction& transaction, const StoredNotification& stored, bool is_read) {
  if (stored.notification.read_at.has_value() == is_read) return;
  const auto read_at = is_read ? std::optional(now_) : std::nullopt;
  const auto& [id, user] = std::tie(stored.notification.id, stored.notification.user_id);
  transaction.notification_changes().set_read(stored.key, read_at);
  const storage::Position position = transaction.notification_changes().log_updated(user, id, read_at);
  changes_.push_back(Updated{user, id, false, read_at, position});
  count_anew(user);
}

std::int64_t NotificationChanges::set_all_read(Transaction& transaction, const UserId& user) {
  const std::size_t count = transaction.notification_changes().set_all_read(user, now_);
  if (count == 0) return 0;
  const NotificationId newest = transaction.notifications().newest(user);
  const storage::Position position = transaction.notification_changes().log_all_read(user, newest, now_);
  changes_.push_back(Updated{user, newest, true, now_, position});
  count_anew(user);
  return static_cast<std::int64_t>(count);
}

void NotificationChanges::remove(Transaction& transaction, const StoredNotification& stored) {
  const auto& [id, user] = std::tie(stored.notification.id, stored.notification.user_id);
  transaction.notification_changes().remove(stored.key);
  changes_.push_back(Deleted{user, id, transaction.notification_changes().log_deleted(user, id)});
  if (stored.in_app && !stored.notification.read_at) count_anew(user);
}

void NotificationChanges::release(Transaction& transaction, const StoredNotification& stored) {
  transaction.notification_changes().set_held(stored.key, std::nullopt);
  tell(transaction, stored);
}

void NotificationChanges::hold_anew(Transaction& transaction, const UserId& user) {
  const NotificationPreferences preferences = transaction.notifications().preferences(user);
  for (const StoredNotification& stored : transaction.notifications().held(user)) {
    const auto until = held_until(preferences, stored.notification.priority, now_);
    if (!until) {
      release(transaction, stored);
    } else if (until != stored.held_until) {
      transaction.notification_changes().set_held(stored.key, until);
    }
    note_due(until);
  }
}

void NotificationChanges::tell(Transaction& transaction, const StoredNotification& stored) {
  const auto position =
      stored.in_app ? transaction.notification_changes().log_created(stored.notification) : storage::Position{0};
  changes_.push_back(Created{stored.notification, stored.in_app, stored.push, position});
}

void NotificationChanges::finish(Transaction& transaction) {
  for (const UserId& user : std::exchange(counted_anew_, {})) {
    transaction.notification_changes().advance_version(user);
    counts_.push_back({user, transaction.notifications().unread(user, now_)});
  }
}

void NotificationChanges::count_anew(const UserId& user) {
  if (!counted_anew_.empty() && counted_anew_.back() == user) return;
  if (std::find(counted_anew_.begin(), counted_anew_.end(), user) == counted_anew_.end()) {
    counted_anew_.push_back(user);
  }
}

void NotificationChanges::note_due(std::optional<UnixTime> time) {
  if (time && (!due_ || *time < *due_)) due_ = time;
}

void NotificationChanges::publish(events::EventBus& bus, const storage::Store& store,
                                  const events::Metadata& metadata) {
  // Whose it is; all of his sockets are told, the one that asked as well.
  const auto of = [&](const UserId& user) { return events::Metadata{user, {}, metadata.timestamp}; };
  for (auto& change : changes_) {
    if (auto* created = std::get_if<Created>(&change)) {
      const auto cursor = created->in_app ? std::optional(store.cursor_at(created->position)) : std::nullopt;
      events::Metadata whose = of(created->notification.user_id);
      bus.publish(events::NotificationCreatedEvent{std::move(whose), std::move(created->notification), created->in_app,
                                                   created->push, cursor});
    } else if (auto* updated = std::get_if<Updated>(&change)) {
      bus.publish(events::NotificationUpdatedEvent{of(updated->user_id), updated->id, updated->all, updated->read_at,
                                                   store.cursor_at(updated->position)});
    } else if (auto* deleted = std::get_if<Deleted>(&change)) {
      bus.publish(
          events::NotificationDeletedEvent{of(deleted->user_id), deleted->id, store.cursor_at(deleted->position)});
    }
  }
  for (const events::UnreadNotificationsEvent& count : counts_) bus.publish(count);
}

} // namespace mentara::services
