#include "mentara/requests/notification_requests.h"

#include <optional>
#include <utility>
#include <vector>

#include "mentara/contract/notification_news.h"
#include "mentara/requests/event_rules.h"

namespace mentara::requests {
namespace {

std::vector<NotificationId> ids_of(contract::WhichNotifications request) {
  std::vector<NotificationId> ids = std::move(request.ids.value);
  if (request.id) ids.push_back(*std::move(request.id));
  return ids;
}

contract::CountAck to_count(std::int64_t count) { return {.count = count}; }

contract::PreferencesAck to_preferences(const NotificationPreferences& preferences) {
  return {.preferences = contract::NotificationPreferencesShape(preferences)};
}

contract::CreatedNotificationsAck to_created(const services::CreatedNotifications& created) {
  return {.notifications = {created.notifications},
          .duplicate = created.duplicate ? std::optional(true) : std::nullopt};
}

services::PreferencesChange to_change(contract::ChangeNotificationPreferences request) {
  services::PreferencesChange change{.clear_types = request.types.cleared,
                                     .clear_quiet_hours = request.quietHours.cleared,
                                     .clear_muted = request.mutedUntil.cleared};
  if (request.types.value) {
    for (const auto& [type, preference] : request.types.value->value) {
      change.types[type] = {preference.inApp.value, preference.push.value};
    }
  }
  if (auto& hours = request.quietHours.value) {
    change.quiet_hours = {hours->start.value, hours->end.value, std::move(hours->timezone.value)};
  }
  if (request.mutedUntil.value) change.muted_until = request.mutedUntil.value->value;
  return change;
}

// Another code than not_found would be tried again.
Failure no_push() { return {Code::not_found, "There is no Web Push on this server (push.private_key)."}; }

} // namespace

void NotificationRequests::list(Actor actor, contract::ListNotifications request, Reply reply) {
  services::NotificationQuery query{.before = request.before ? std::move(request.before->value) : std::string(),
                                    .limit = request.limit.value,
                                    .unread_only = request.unreadOnly.value,
                                    .type = request.type ? std::move(request.type->value) : std::string()};
  home_.ask<services::NotificationPage>(
      std::move(reply),
      [this, actor = std::move(actor), query = std::move(query)](Done<services::NotificationPage> done) mutable {
        services_.notifications.list(std::move(actor), std::move(query), std::move(done));
      },
      [](const services::NotificationPage& page) {
        contract::NotificationsAck ack{.notifications = {page.notifications}};
        if (!page.next_cursor.empty()) ack.nextCursor.value = page.next_cursor;
        return ack;
      });
}

void NotificationRequests::read(Actor actor, contract::WhichNotifications request, Reply reply) {
  set_read(std::move(actor), ids_of(std::move(request)), true, std::move(reply));
}

void NotificationRequests::unread(Actor actor, contract::WhichNotifications request, Reply reply) {
  set_read(std::move(actor), ids_of(std::move(request)), false, std::move(reply));
}

void NotificationRequests::mark(Actor actor, contract::MarkNotification request, Reply reply) {
  set_read(std::move(actor), {std::move(request.id)}, request.isRead, std::move(reply));
}

void NotificationRequests::set_read(Actor actor, std::vector<NotificationId> ids, bool is_read, Reply reply) {
  home_.ask<std::int64_t>(
      std::move(reply),
      [this, actor = std::move(actor), ids = std::move(ids), is_read](Done<std::int64_t> done) mutable {
        services_.notifications.set_read(std::move(actor), std::move(ids), is_read, std::move(done));
      },
      to_count);
}

void NotificationRequests::erase(Actor actor, contract::WhichNotifications request, Reply reply) {
  home_.ask<std::int64_t>(
      std::move(reply),
      [this, actor = std::move(actor), ids = ids_of(std::move(request))](Done<std::int64_t> done) mutable {
        services_.notifications.erase(std::move(actor), std::move(ids), std::move(done));
      },
      to_count);
}

void NotificationRequests::read_all(Actor actor, contract::NoFields, Reply reply) {
  home_.ask<std::int64_t>(
      std::move(reply),
      [this, actor = std::move(actor)](Done<std::int64_t> done) mutable {
        services_.notifications.read_all(std::move(actor), std::move(done));
      },
      to_count);
}

void NotificationRequests::unread_count(Actor actor, contract::NoFields, Reply reply) {
  home_.ask<UnreadNotifications>(
      std::move(reply),
      [this, actor = std::move(actor)](Done<UnreadNotifications> done) mutable {
        services_.notifications.unread(std::move(actor), std::move(done));
      },
      [](const UnreadNotifications& unread) {
        return contract::UnreadCountAck{.count = unread.count, .version = unread.version};
      });
}

void NotificationRequests::preferences(Actor actor, contract::ChangeNotificationPreferences request, Reply reply) {
  home_.ask<NotificationPreferences>(
      std::move(reply),
      [this, actor = std::move(actor),
       change = to_change(std::move(request))](Done<NotificationPreferences> done) mutable {
        if (change.empty()) return services_.notifications.preferences(std::move(actor), std::move(done));
        services_.notifications.change_preferences(std::move(actor), std::move(change), std::move(done));
      },
      to_preferences);
}

void NotificationRequests::push_key(Actor, contract::NoFields, Reply reply) {
  if (!services_.push) return reply(no_push());
  reply(wire::to_json(contract::PushKeyAck{.publicKey = services_.push->public_key()}));
}

void NotificationRequests::subscribe_to_push(Actor actor, contract::SubscribeToPush request, Reply reply) {
  if (!services_.push) return reply(no_push());
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor),
       subscription = PushSubscription{.endpoint = std::move(request.endpoint.value),
                                       .user_key = std::move(request.keys.p256dh.value),
                                       .auth_secret = std::move(request.keys.auth.value)}](auto done) mutable {
        services_.push->subscribe(std::move(actor), std::move(subscription), std::move(done));
      },
      [](std::monostate) { return contract::PlainAck{}; });
}

void NotificationRequests::unsubscribe_from_push(Actor actor, contract::UnsubscribeFromPush request, Reply reply) {
  if (!services_.push) return reply(no_push());
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), endpoint = std::move(request.endpoint.value)](auto done) mutable {
        services_.push->unsubscribe(std::move(actor), std::move(endpoint), std::move(done));
      },
      [](std::monostate) { return contract::PlainAck{}; });
}

void NotificationRequests::create(Actor actor, contract::CreateNotifications request, std::string idempotency_key,
                                  Reply reply) {
  services::NewNotifications create{
      .user_ids = std::move(request.userIds.value),
      .draft = {.type = std::move(request.type.value),
                .title = std::move(request.title.value),
                .message = std::move(request.message.value),
                .priority = request.priority.value,
                .data = request.data ? std::move(request.data->value) : std::string(),
                .action_url = std::move(request.actionUrl.value),
                .collapse_key = std::move(request.collapseKey.value),
                .expires_at = request.expiresAt ? std::optional(request.expiresAt->value) : std::nullopt},
      .idempotency_key = std::move(idempotency_key)};
  home_.ask<services::CreatedNotifications>(
      std::move(reply),
      [this, actor = std::move(actor), create = std::move(create)](Done<services::CreatedNotifications> done) mutable {
        services_.notifications.create(std::move(actor), std::move(create), std::move(done));
      },
      to_created);
}

void NotificationRequests::post_event(Actor actor, contract::PostEvent request, std::string idempotency_key,
                                      Reply reply) {
  std::string data = request.eventData ? std::move(request.eventData->value) : std::string("{}");
  const auto parsed = json_.parse(data);
  if (!parsed) return reply(invalid("eventData", "eventData has more or deeper fields than it may have"));
  auto requests = apply_rules(services_.rules, request.eventType.value, *parsed, request.userIds.value);
  events::BackendEvent event{.metadata = {},
                             .correlation_id = request.metadata ? std::move(request.metadata->correlationId.value) : "",
                             .event_type = std::move(request.eventType.value),
                             .aggregate_type = std::move(request.aggregateType.value),
                             .aggregate_id = std::move(request.aggregateId.value),
                             .event_data = std::move(data),
                             .version = request.version.value};
  home_.ask<services::CreatedNotifications>(
      std::move(reply),
      [this, actor = std::move(actor), event = std::move(event), requests = std::move(requests),
       key = std::move(idempotency_key)](auto done) mutable {
        services_.notifications.post_event(std::move(actor), std::move(event), std::move(requests), std::move(key),
                                           std::move(done));
      },
      to_created);
}

} // namespace mentara::requests
