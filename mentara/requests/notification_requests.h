#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mentara/contract/notification_requests.h"
#include "mentara/contract/push_payloads.h"
#include "mentara/domain/notification_rule.h"
#include "mentara/push/push_service.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/actor.h"
#include "mentara/services/notification_service.h"
#include "wire/base/json.h"

namespace mentara::requests {

// What is asked about notifications, over sockets and REST alike; see MessagingRequests. One object for each loop.
class NotificationRequests {
 public:
  struct Services {
    services::NotificationService& notifications; // on the home loop
    const std::vector<NotificationRule>& rules;   // any thread
    push::PushService* push = nullptr;            // on the home loop; none: there is no Web Push here
  };
  using Actor = services::Actor;

  NotificationRequests(const connections::Home& home, wire::net::Loop& loop, Services services)
      : home_(home, loop), services_(services) {}

  void list(Actor actor, contract::ListNotifications request, Reply reply);
  void read(Actor actor, contract::WhichNotifications request, Reply reply);
  void unread(Actor actor, contract::WhichNotifications request, Reply reply);
  void mark(Actor actor, contract::MarkNotification request, Reply reply);
  void erase(Actor actor, contract::WhichNotifications request, Reply reply);
  void read_all(Actor actor, contract::NoFields request, Reply reply);
  void unread_count(Actor actor, contract::NoFields request, Reply reply);
  void preferences(Actor actor, contract::ChangeNotificationPreferences request, Reply reply);
  void push_key(Actor actor, contract::NoFields request, Reply reply);
  void subscribe_to_push(Actor actor, contract::SubscribeToPush request, Reply reply);
  void unsubscribe_from_push(Actor actor, contract::UnsubscribeFromPush request, Reply reply);
  // Of a backend.
  void create(Actor actor, contract::CreateNotifications request, std::string idempotency_key, Reply reply);

  void post_event(Actor actor, contract::PostEvent request, std::string idempotency_key, Reply reply);

  // For whom just connected; `then(Result<UnreadNotifications, Failure>)` on this loop.
  template <class Then>
  void count_unread(Actor actor, Then then) {
    home_.run<UnreadNotifications>(
        [this, actor = std::move(actor)](auto done) mutable {
          services_.notifications.unread(std::move(actor), std::move(done));
        },
        std::move(then));
  }

 private:
  void set_read(Actor actor, std::vector<NotificationId> ids, bool is_read, Reply reply);

  const HomeRequests home_;
  const Services services_;
  wire::JsonParser json_;
};

} // namespace mentara::requests
