#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/push.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/push/deliveries.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

namespace mentara::push {

// Web Push: tells users who have no socket of their notifications, on the browsers that they named. The notification
// service decides what is told and when (preferences, mutes, quiet hours); a push follows its event a moment later, if
// the user is still not here and has not read it. When he reads it elsewhere, what was pushed is taken back. On the
// home loop.
//
// A push is worth a few tries, not a place in the log: the notification itself is kept and waits for the user.
class PushService {
 public:
  struct Options {
    Deliveries::Rules rules;
    std::chrono::milliseconds ttl{0}; // a service keeps a push for so long
    wire::Duration delay{0};          // before it is looked whether the user is here
    bool allow_insecure = false;      // endpoints over http and in private networks
  };
  struct Outside {
    wire::UniqueFunction<bool(const UserId&)> is_here; // has a socket
    wire::UniqueFunction<wire::TimePoint()> now;
    wire::UniqueFunction<void(wire::TimePoint)> wake; // call on_time() then; replaces what was asked before
  };

  PushService(storage::Store& store, events::EventBus& bus, const WallClock& clock, Options options, Outlet& outlet,
              Outside outside);
  PushService(const PushService&) = delete;
  PushService& operator=(const PushService&) = delete;

  // The newest ones of a user count; beyond as many as he may have, the oldest goes.
  void subscribe(services::Actor actor, PushSubscription subscription, Done<std::monostate> done);
  void unsubscribe(services::Actor actor, std::string endpoint, Done<std::monostate> done);
  const std::string& public_key() const { return public_key_; } // in base64url; any thread

  void on_time();

  const Deliveries::Counters& counters() const { return deliveries_.counters(); }
  std::size_t queued() const { return waiting_.size() + deliveries_.size(); }

 private:
  struct Waiting {
    wire::TimePoint due{};
    Notification notification;
  };
  struct Found {
    std::vector<PushSubscription> subscriptions;
    std::vector<SentPush> sent;
  };

  void on_created(const events::NotificationCreatedEvent& event);
  void cancel(const UserId& user, const NotificationId& id, bool all);
  void push(Notification notification);
  void send(const std::vector<PushSubscription>& subscriptions, const Delivery& draft);
  void remove(const std::string& endpoint);
  void arm();

  storage::Store& store_;
  const WallClock& clock_;
  const Options options_;
  const std::string public_key_;
  Outside outside_;
  std::optional<wire::TimePoint> retry_at_;
  Deliveries deliveries_;
  std::deque<Waiting> waiting_; // in the order of their times
};

} // namespace mentara::push
