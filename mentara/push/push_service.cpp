#include "mentara/push/push_service.h"

#include <algorithm>
#include <utility>

#include "mentara/limits_of_push.h"
#include "mentara/push/encryption.h"
#include "mentara/push/message_text.h"
#include "mentara/storage/notifications.h"
#include "mentara/storage/pushes.h"
#include "wire/base/base64.h"
#include "wire/base/log.h"

namespace mentara::push {
namespace {

using storage::Snapshot;
using storage::Transaction;
using wire::Result;

std::string_view urgency_of(Priority priority) {
  switch (priority) {
    case Priority::LOW:
      return "low";
    case Priority::NORMAL:
      return "normal";
    case Priority::HIGH:
    case Priority::URGENT:
      break;
  }
  return "high";
}

std::optional<Failure> check_keys(const PushSubscription& subscription) {
  const auto key = wire::base64url_decode_strict(subscription.user_key);
  if (!key || !is_public_key(*key)) {
    return invalid("keys.p256dh", "keys.p256dh must be a public key of the curve P-256, in base64url without padding");
  }
  const auto secret = wire::base64url_decode_strict(subscription.auth_secret);
  if (!secret || secret->size() != auth_secret_bytes) {
    return invalid("keys.auth", "keys.auth must be 16 bytes, in base64url without padding");
  }
  return std::nullopt;
}

// What the service could not do goes to the log alone: nobody waits for it.
template <class T>
void log_if_failed(const Result<T, Failure>& result, const char* what) {
  if (!result) wire::log(wire::LogLevel::warn, what, {{"error", result.error().error}});
}

} // namespace

PushService::PushService(storage::Store& store, events::EventBus& bus, const WallClock& clock, Options options,
                         Outlet& outlet, Outside outside)
    : store_(store),
      clock_(clock),
      options_(std::move(options)),
      public_key_(wire::base64url_encode(options_.rules.key.public_key())),
      outside_(std::move(outside)),
      deliveries_(outlet, clock, options_.rules,
                  {[this] { return outside_.now(); },
                   [this](wire::TimePoint at) {
                     retry_at_ = at;
                     arm();
                   }},
                  [this](const std::string& endpoint) { remove(endpoint); }) {
  bus.subscribe<events::NotificationCreatedEvent>(
      "PushService", [this](const events::NotificationCreatedEvent& event) { on_created(event); });
  bus.subscribe<events::NotificationUpdatedEvent>("PushService", [this](const events::NotificationUpdatedEvent& event) {
    if (event.read_at) cancel(event.metadata.user_id, event.notification_id, event.all);
  });
  bus.subscribe<events::NotificationDeletedEvent>("PushService", [this](const events::NotificationDeletedEvent& event) {
    cancel(event.metadata.user_id, event.notification_id, false);
  });
}

void PushService::subscribe(services::Actor actor, PushSubscription subscription, Done<std::monostate> done) {
  std::optional<Failure> refused = check_keys(subscription);
  if (!parse_endpoint(subscription.endpoint, options_.allow_insecure)) {
    refused = invalid("endpoint", "endpoint must be the https URL of a push service in the public internet");
  }
  subscription.created_at = clock_.now();
  store_.write<std::monostate>(
      [user = std::move(actor.user_id), subscription = std::move(subscription),
       refused = std::move(refused)](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (refused) return *refused;
        transaction.notification_changes().push_changes().subscribe(user, subscription);
        const auto all = transaction.notifications().pushes().subscriptions(user);
        for (std::size_t i = 0; i + limits::push_subscriptions_max < all.size(); ++i) {
          transaction.notification_changes().push_changes().remove(all[i].endpoint);
        }
        return std::monostate();
      },
      std::move(done));
}

void PushService::unsubscribe(services::Actor actor, std::string endpoint, Done<std::monostate> done) {
  store_.write<std::monostate>(
      [user = std::move(actor.user_id),
       endpoint = std::move(endpoint)](Transaction& transaction) -> Result<std::monostate, Failure> {
        transaction.notification_changes().push_changes().unsubscribe(user, endpoint);
        return std::monostate();
      },
      std::move(done));
}

void PushService::on_created(const events::NotificationCreatedEvent& event) {
  if (!event.push || outside_.is_here(event.metadata.user_id)) return;
  if (waiting_.size() >= limits::push_queue_max) return deliveries_.note_dropped();
  waiting_.push_back({outside_.now() + options_.delay, event.notification});
  arm();
}

void PushService::on_time() {
  const wire::TimePoint now = outside_.now();
  if (retry_at_ && *retry_at_ <= now) {
    retry_at_.reset();
    deliveries_.on_time();
  }
  while (!waiting_.empty() && waiting_.front().due <= now) {
    Notification notification = std::move(waiting_.front().notification);
    waiting_.pop_front();
    if (!outside_.is_here(notification.user_id)) push(std::move(notification));
  }
  arm();
}

void PushService::arm() {
  std::optional<wire::TimePoint> next = retry_at_;
  if (!waiting_.empty() && (!next || waiting_.front().due < *next)) next = waiting_.front().due;
  if (next) outside_.wake(*next);
}

void PushService::push(Notification notification) {
  const UnixTime now = clock_.now();
  UnixTime until{now.ms + options_.ttl.count()};
  if (notification.expires_at) until = std::min(until, *notification.expires_at);
  if (until <= now) return;
  SentPush sent{notification.id, topic_of(notification)};
  const UserId user = notification.user_id; // it is moved from below
  store_.read<Found>(
      [user, id = sent.notification_id](Snapshot& snapshot) -> Result<Found, Failure> {
        // He may have read it on another device, or it was replaced by a newer one.
        const auto stored = snapshot.notifications().find(user, id);
        if (!stored || stored->notification.read_at) return Found{};
        return Found{snapshot.notifications().pushes().subscriptions(user), {}};
      },
      [this, notification = std::move(notification), sent, until, now](Result<Found, Failure> found) mutable {
        log_if_failed(found, "a notification was not pushed");
        if (!found || found->subscriptions.empty()) return;
        Delivery draft{.topic = sent.topic,
                       .text = message_text(notification),
                       .urgency = urgency_of(notification.priority),
                       .until = until};
        // First it is noted, so that it can be taken back however soon he reads it.
        store_.write<std::monostate>(
            [user = notification.user_id, sent = std::move(sent), until,
             now](Transaction& transaction) -> Result<std::monostate, Failure> {
              transaction.notification_changes().push_changes().forget_sent_before(now);
              transaction.notification_changes().push_changes().note_sent(user, sent, until);
              return std::monostate();
            },
            [this, subscriptions = std::move(found->subscriptions),
             draft = std::move(draft)](Result<std::monostate, Failure> noted) {
              log_if_failed(noted, "a push is sent that could not be noted, and will not be taken back");
              send(subscriptions, draft);
            });
      });
}

void PushService::cancel(const UserId& user, const NotificationId& id, bool all) {
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    return waiting.notification.user_id == user && (all || waiting.notification.id == id);
  });
  const UnixTime now = clock_.now();
  store_.read<Found>(
      [user, id, all, now](Snapshot& snapshot) -> Result<Found, Failure> {
        Found found{{}, snapshot.notifications().pushes().sent(user, now)};
        std::erase_if(found.sent, [&](const SentPush& sent) { return !all && sent.notification_id != id; });
        if (!found.sent.empty()) found.subscriptions = snapshot.notifications().pushes().subscriptions(user);
        return found;
      },
      [this, user, now](Result<Found, Failure> found) {
        log_if_failed(found, "a push was not taken back");
        if (!found || found->sent.empty()) return;
        for (const SentPush& sent : found->sent) {
          // One that still waits at the service is replaced by this, which the service does not keep.
          send(found->subscriptions,
               Delivery{.topic = sent.topic,
                        .text = cancelled_text(sent),
                        .until = {now.ms + std::chrono::milliseconds(limits::push_cancel_age_max).count()},
                        .is_kept = false});
        }
        store_.write<std::monostate>(
            [user, sent = std::move(found->sent)](Transaction& transaction) -> Result<std::monostate, Failure> {
              for (const SentPush& push : sent)
                transaction.notification_changes().push_changes().forget_sent(user, push.topic);
              return std::monostate();
            },
            [](Result<std::monostate, Failure> forgotten) { log_if_failed(forgotten, "a push was taken back twice"); });
      });
}

void PushService::send(const std::vector<PushSubscription>& subscriptions, const Delivery& draft) {
  for (const PushSubscription& subscription : subscriptions) {
    auto endpoint = parse_endpoint(subscription.endpoint, options_.allow_insecure);
    if (!endpoint) continue; // it was taken under another configuration
    Delivery delivery = draft;
    delivery.subscription = subscription;
    delivery.endpoint = *std::move(endpoint);
    deliveries_.add(std::move(delivery));
  }
}

void PushService::remove(const std::string& endpoint) {
  store_.write<std::monostate>(
      [endpoint](Transaction& transaction) -> Result<std::monostate, Failure> {
        transaction.notification_changes().push_changes().remove(endpoint);
        return std::monostate();
      },
      [](Result<std::monostate, Failure> removed) {
        log_if_failed(removed, "a push subscription that is no more could not be removed");
      });
}

} // namespace mentara::push
