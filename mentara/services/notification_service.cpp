#include "mentara/services/notification_service.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

#include "mentara/domain/digest.h"
#include "mentara/limits.h"
#include "wire/base/log.h"

namespace mentara::services {
namespace {

template <class Duration>
constexpr std::int64_t ms_of(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

using storage::NotificationKey;
using storage::Snapshot;
using storage::StoredNotification;
using storage::Transaction;
using wire::Result;

std::optional<NotificationKey> parse_cursor(const std::string& text) {
  if (text.empty()) return NotificationKey{std::numeric_limits<std::int64_t>::max()};
  std::int64_t key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
  if (error != std::errc{} || end != text.data() + text.size() || key < 0) return std::nullopt;
  return NotificationKey{key};
}

std::size_t weight(const Notification& notification) {
  constexpr std::size_t notification_bytes = 512;
  return notification_bytes + notification.title.size() + notification.message.size() + notification.data.size() +
         notification.action_url.size() + notification.user_id.value.size();
}

Result<NotificationPage, Failure> list_notifications(Snapshot& snapshot, const UserId& user,
                                                     const NotificationQuery& query, UnixTime now) {
  const auto before = parse_cursor(query.before);
  if (!before) return invalid("before", "This is not the nextCursor of an earlier page.");
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(query.limit, 1));
  auto found = snapshot.notifications().list(
      user, {.before = *before, .limit = limit + 1, .unread_only = query.unread_only, .type = query.type}, now);
  NotificationPage page;
  std::size_t bytes = 0;
  for (StoredNotification& stored : found) {
    bytes += weight(stored.notification);
    if (page.notifications.size() == limit || (!page.notifications.empty() && bytes > limits::history_page_bytes_max)) {
      page.next_cursor = std::to_string(static_cast<std::int64_t>(found[page.notifications.size() - 1].key));
      break;
    }
    page.notifications.push_back(std::move(stored.notification));
  }
  return page;
}

// What a repeated request must say again, word for word.
std::string digest_of(const NewNotifications& request) {
  std::string text;
  const auto add = [&](std::string_view part) { text.append(std::to_string(part.size())).append(":").append(part); };
  const Notification& draft = request.draft;
  for (const UserId& user : request.user_ids) add(user.value);
  add({});
  for (const std::string& part :
       {draft.type, draft.title, draft.message, std::to_string(static_cast<int>(draft.priority)), draft.data,
        draft.action_url, draft.collapse_key, std::to_string(draft.expires_at ? draft.expires_at->ms : -1)}) {
    add(part);
  }
  return sha256_hex(text);
}

// The ids, in the order of the users who were named.
std::string to_answer(const std::vector<CreatedNotification>& notifications) {
  std::string answer;
  for (const CreatedNotification& created : notifications) answer.append(created.id.value).append(" ");
  return answer;
}

std::vector<CreatedNotification> from_answer(std::string_view answer, const std::vector<UserId>& users) {
  std::vector<CreatedNotification> notifications;
  for (const UserId& user : users) {
    const std::size_t end = std::min(answer.find(' '), answer.size());
    notifications.push_back({{std::string(answer.substr(0, end))}, user});
    answer.remove_prefix(std::min(end + 1, answer.size()));
  }
  return notifications;
}

void keep_first_of_each(std::vector<UserId>& users) {
  std::vector<UserId> first;
  std::vector<UserId> sorted;
  for (UserId& user : users) {
    const auto place = std::lower_bound(sorted.begin(), sorted.end(), user);
    if (place != sorted.end() && *place == user) continue;
    sorted.insert(place, user);
    first.push_back(std::move(user));
  }
  users = std::move(first);
}

std::vector<StoredNotification> find_own(Snapshot& snapshot, const UserId& user, const std::vector<NotificationId>& ids,
                                         UnixTime now) {
  std::vector<StoredNotification> own;
  for (const NotificationId& id : ids) {
    auto found = snapshot.notifications().find(user, id);
    if (!found || (found->notification.expires_at && *found->notification.expires_at <= now)) continue;
    const bool named_twice =
        std::any_of(own.begin(), own.end(), [&](const auto& one) { return one.key == found->key; });
    if (!named_twice) own.push_back(*std::move(found));
  }
  return own;
}

NotificationPreferences at_time(NotificationPreferences preferences, UnixTime now) {
  if (preferences.muted_until && *preferences.muted_until <= now) preferences.muted_until.reset();
  return preferences;
}

} // namespace

NotificationService::NotificationService(storage::Store& store, events::EventBus& bus, const WallClock& clock,
                                         wire::UniqueFunction<void(UnixTime)> due)
    : store_(store), bus_(bus), clock_(clock), due_(std::move(due)) {}

// `rules(Transaction&, NotificationChanges&) -> Result<Answer, Failure>`
template <class Answer, class Rules>
void NotificationService::change(Actor actor, Rules rules, Done<Answer> done) {
  struct Changed {
    Answer answer;
    NotificationChanges changes;
  };
  const UnixTime now = clock_.now();
  store_.write<Changed>(
      [rules = std::move(rules), now](Transaction& transaction) -> Result<Changed, Failure> {
        NotificationChanges changes(now);
        auto answer = rules(transaction, changes);
        if (!answer) return std::move(answer.error());
        changes.finish(transaction);
        return Changed{*std::move(answer), std::move(changes)};
      },
      [this, metadata = events::Metadata{std::move(actor.user_id), std::move(actor.origin), now},
       done = std::move(done)](Result<Changed, Failure> changed) mutable {
        if (!changed) return done(std::move(changed.error()));
        done(std::move(changed->answer));
        changed->changes.publish(bus_, store_, metadata);
        wake_at(changed->changes.due());
      });
}

void NotificationService::create(Actor service, NewNotifications request, Done<CreatedNotifications> done) {
  keep_first_of_each(request.user_ids);
  std::string key = std::move(request.idempotency_key);
  std::string digest = key.empty() ? std::string() : digest_of(request);
  create_all(std::move(service), {std::move(request)}, std::move(key), std::move(digest), std::move(done));
}

void NotificationService::post_event(Actor service, events::BackendEvent event, std::vector<NewNotifications> requests,
                                     std::string idempotency_key, Done<CreatedNotifications> done) {
  std::string text;
  for (const std::string& part : {event.event_type, event.aggregate_type, event.aggregate_id, event.correlation_id,
                                  std::to_string(event.version), event.event_data}) {
    text.append(std::to_string(part.size())).append(":").append(part);
  }
  for (NewNotifications& request : requests) {
    keep_first_of_each(request.user_ids);
    text.append(digest_of(request));
  }
  event.metadata = {service.user_id, service.origin, clock_.now()};
  event.event_id = {make_uuid_v7(clock_.now().ms)};
  if (event.correlation_id.empty()) event.correlation_id = event.event_id.value;
  create_all(
      std::move(service), std::move(requests), std::move(idempotency_key), sha256_hex(text),
      [this, event = std::move(event), done = std::move(done)](Result<CreatedNotifications, Failure> created) mutable {
        const bool happened = created && !created->duplicate;
        done(std::move(created));
        if (happened) bus_.publish(std::move(event));
      });
}

void NotificationService::create_all(Actor service, std::vector<NewNotifications> requests, std::string key,
                                     std::string digest, Done<CreatedNotifications> done) {
  const UnixTime now = clock_.now();
  std::vector<UserId> users;
  std::vector<CreatedNotification> created;
  for (NewNotifications& request : requests) {
    request.draft.created_at = now;
    for (UserId& user : request.user_ids) {
      created.push_back({{make_uuid_v7(now.ms)}, user});
      users.push_back(user);
    }
  }
  change<CreatedNotifications>(
      service,
      [user = service.user_id, requests = std::move(requests), key = std::move(key), digest = std::move(digest),
       users = std::move(users), created = std::move(created),
       now](Transaction& transaction, NotificationChanges& changes) -> Result<CreatedNotifications, Failure> {
        for (const NewNotifications& request : requests) {
          if (request.draft.expires_at && *request.draft.expires_at <= now) {
            return invalid("expiresAt", "expiresAt must lie ahead");
          }
        }
        if (!key.empty()) {
          transaction.notification_changes().forget_requests({now.ms - ms_of(limits::idempotency_age_max)});
          if (const auto earlier = transaction.notifications().find_request(user, key)) {
            if (earlier->digest != digest) {
              return Failure{Code::conflict, "This Idempotency-Key was used for another request; make a new one."};
            }
            return CreatedNotifications{from_answer(earlier->answer, users), true};
          }
          transaction.notification_changes().keep_request(user, key, {digest, to_answer(created)}, now);
        }
        auto one = created.begin();
        for (const NewNotifications& request : requests) {
          for (std::size_t i = 0; i < request.user_ids.size(); ++i, ++one) {
            Notification notification = request.draft;
            notification.id = one->id;
            notification.user_id = one->user_id;
            changes.add(transaction, notification);
          }
        }
        return CreatedNotifications{created};
      },
      std::move(done));
}

void NotificationService::list(Actor actor, NotificationQuery query, Done<NotificationPage> done) {
  store_.read<NotificationPage>([user = std::move(actor.user_id), query = std::move(query), now = clock_.now()](
                                    Snapshot& snapshot) { return list_notifications(snapshot, user, query, now); },
                                std::move(done));
}

void NotificationService::set_read(Actor actor, std::vector<NotificationId> ids, bool is_read,
                                   Done<std::int64_t> done) {
  change<std::int64_t>(
      actor,
      [user = actor.user_id, ids = std::move(ids), is_read, now = clock_.now()](
          Transaction& transaction, NotificationChanges& changes) -> Result<std::int64_t, Failure> {
        const auto own = find_own(transaction, user, ids, now);
        if (own.empty()) return not_found("notification");
        for (const StoredNotification& stored : own) changes.set_read(transaction, stored, is_read);
        return static_cast<std::int64_t>(own.size());
      },
      std::move(done));
}

void NotificationService::erase(Actor actor, std::vector<NotificationId> ids, Done<std::int64_t> done) {
  change<std::int64_t>(
      actor,
      [user = actor.user_id, ids = std::move(ids), now = clock_.now()](
          Transaction& transaction, NotificationChanges& changes) -> Result<std::int64_t, Failure> {
        const auto own = find_own(transaction, user, ids, now);
        if (own.empty()) return not_found("notification");
        for (const StoredNotification& stored : own) changes.remove(transaction, stored);
        return static_cast<std::int64_t>(own.size());
      },
      std::move(done));
}

void NotificationService::read_all(Actor actor, Done<std::int64_t> done) {
  change<std::int64_t>(
      actor,
      [user = actor.user_id](Transaction& transaction, NotificationChanges& changes) -> Result<std::int64_t, Failure> {
        return changes.set_all_read(transaction, user);
      },
      std::move(done));
}

void NotificationService::unread(Actor actor, Done<UnreadNotifications> done) {
  store_.read<UnreadNotifications>(
      [user = std::move(actor.user_id), now = clock_.now()](Snapshot& snapshot)
          -> Result<UnreadNotifications, Failure> { return snapshot.notifications().unread(user, now); },
      std::move(done));
}

void NotificationService::preferences(Actor actor, Done<NotificationPreferences> done) {
  store_.read<NotificationPreferences>(
      [user = std::move(actor.user_id),
       now = clock_.now()](Snapshot& snapshot) -> Result<NotificationPreferences, Failure> {
        return at_time(snapshot.notifications().preferences(user), now);
      },
      std::move(done));
}

void NotificationService::change_preferences(Actor actor, PreferencesChange change_to,
                                             Done<NotificationPreferences> done) {
  change<NotificationPreferences>(
      actor,
      [user = actor.user_id, to = std::move(change_to), now = clock_.now()](
          Transaction& transaction, NotificationChanges& changes) -> Result<NotificationPreferences, Failure> {
        NotificationPreferences preferences = transaction.notifications().preferences(user);
        if (to.clear_types) preferences.types.clear();
        for (const auto& [type, preference] : to.types) {
          if (preference == TypePreference{}) {
            preferences.types.erase(type);
          } else {
            preferences.types[type] = preference;
          }
        }
        if (preferences.types.size() > limits::notification_types_max) {
          return invalid("types", "types must have at most " + std::to_string(limits::notification_types_max) +
                                      " that differ from {inApp:true, push:true}");
        }
        if (to.clear_quiet_hours) preferences.quiet_hours.reset();
        if (to.quiet_hours) preferences.quiet_hours = to.quiet_hours;
        if (to.clear_muted) preferences.muted_until.reset();
        if (to.muted_until) preferences.muted_until = to.muted_until;
        preferences = at_time(std::move(preferences), now);
        transaction.notification_changes().set_preferences(user, preferences);
        changes.hold_anew(transaction, user);
        return preferences;
      },
      std::move(done));
}

void NotificationService::on_due() {
  next_due_.reset();
  change<std::optional<UnixTime>>(
      {},
      [now = clock_.now()](Transaction& transaction,
                           NotificationChanges& changes) -> Result<std::optional<UnixTime>, Failure> {
        for (const auto& stored : transaction.notifications().expired(now, limits::notifications_due_batch)) {
          changes.remove(transaction, stored);
        }
        for (const auto& stored : transaction.notifications().to_release(now, limits::notifications_due_batch)) {
          changes.release(transaction, stored);
        }
        return transaction.notifications().next_due();
      },
      [this](Result<std::optional<UnixTime>, Failure> next) {
        if (next) return wake_at(*next);
        wire::log(wire::LogLevel::warn, "notifications that are due wait: they could not be stored",
                  {{"error", next.error().error}});
        wake_at(UnixTime{clock_.now().ms + ms_of(limits::due_check_max)});
      });
}

void NotificationService::wake_at(std::optional<UnixTime> time) {
  if (!time || (next_due_ && *next_due_ <= *time)) return;
  next_due_ = time;
  due_(*time);
}

} // namespace mentara::services
