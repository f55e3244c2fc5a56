#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/notification.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/services/actor.h"
#include "mentara/services/notification_changes.h"
#include "mentara/storage/store.h"

// The rules of notifications. Requests arrive well-formed (contract/ has checked sizes and characters).
namespace mentara::services {

struct NewNotifications {
  std::vector<UserId> user_ids{}; // each once, however often he is named
  Notification draft{};           // but for id, user and times of creation and reading
  std::string idempotency_key{};  // empty: none
};

struct CreatedNotifications {
  std::vector<CreatedNotification> notifications;
  bool duplicate = false; // of an earlier request with the same key
};

struct NotificationQuery {
  std::string before{}; // the next_cursor of the page that came last; empty: from the newest
  std::int64_t limit = 20;
  bool unread_only = false;
  std::string type{}; // empty: of any
};

struct NotificationPage {
  std::vector<Notification> notifications; // the newest first
  std::string next_cursor{};               // empty: that was all
};

// What is none stays as it is; of the types, those that are not named.
struct PreferencesChange {
  std::map<std::string, TypePreference> types{};
  bool clear_types = false; // before those of `types`
  std::optional<QuietHours> quiet_hours{};
  bool clear_quiet_hours = false;
  std::optional<UnixTime> muted_until{};
  bool clear_muted = false;

  bool empty() const {
    return types.empty() && !clear_types && !quiet_hours && !clear_quiet_hours && !muted_until && !clear_muted;
  }
};

// Owned by the home loop. For what was stored, first the answer is given, then the events are published.
class NotificationService {
 public:
  // `due` is called when something is to be told or expires at a time that is earlier than it was told before: call
  // on_due() then.
  NotificationService(storage::Store& store, events::EventBus& bus, const WallClock& clock,
                      wire::UniqueFunction<void(UnixTime)> due);

  void create(Actor service, NewNotifications request, Done<CreatedNotifications> done);
  // What the rules make of a backend's event; it is published as well, unless it is a duplicate.
  // Its id and metadata are given here.
  void post_event(Actor service, events::BackendEvent event, std::vector<NewNotifications> requests,
                  std::string idempotency_key, Done<CreatedNotifications> done);
  void list(Actor actor, NotificationQuery query, Done<NotificationPage> done);
  // How many of these are his own; none: not_found.
  void set_read(Actor actor, std::vector<NotificationId> ids, bool is_read, Done<std::int64_t> done);
  void erase(Actor actor, std::vector<NotificationId> ids, Done<std::int64_t> done);
  void read_all(Actor actor, Done<std::int64_t> done); // how many were unread
  void unread(Actor actor, Done<UnreadNotifications> done);
  void preferences(Actor actor, Done<NotificationPreferences> done);
  void change_preferences(Actor actor, PreferencesChange change, Done<NotificationPreferences> done);

  // Tells what was held back until now, and lets expire what is too old. At the start as well.
  void on_due();

 private:
  void create_all(Actor service, std::vector<NewNotifications> requests, std::string idempotency_key,
                  std::string digest, Done<CreatedNotifications> done);
  template <class Answer, class Rules>
  void change(Actor actor, Rules rules, Done<Answer> done);
  void wake_at(std::optional<UnixTime> time);

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
  wire::UniqueFunction<void(UnixTime)> due_;
  std::optional<UnixTime> next_due_;
};

} // namespace mentara::services
