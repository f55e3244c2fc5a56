#include "mentara/api/notification_routes.h"

#include <string>
#include <utility>

namespace mentara::api {

namespace route = contract::route;
using requests::NotificationRequests;

void add_notification_routes(RouteTable& routes, NotificationRequests& requests) {
  routes.add(route::list_notifications, requests, &NotificationRequests::list);
  routes.add(route::unread_count, requests, &NotificationRequests::unread_count);
  routes.add(route::change_preferences, requests, &NotificationRequests::preferences);
  routes.add(route::read_notifications, requests, &NotificationRequests::read);
  routes.add(route::unread_notifications, requests, &NotificationRequests::unread);
  routes.add(route::read_all_notifications, requests, &NotificationRequests::read_all);
  routes.add(route::mark_notification, requests, &NotificationRequests::mark);
  routes.add(route::delete_notification, [&requests](const Call& call, contract::WhichNotification request,
                                                     requests::Reply reply) {
    requests.erase(services::Actor{call.user.id}, {.id = std::move(request.id), .ids = {}}, std::move(reply));
  });
  routes.add(route::push_key, requests, &NotificationRequests::push_key);
  routes.add(route::subscribe_to_push, requests, &NotificationRequests::subscribe_to_push);
  routes.add(route::unsubscribe_from_push, requests, &NotificationRequests::unsubscribe_from_push);
  routes.add(route::get_preferences, [&requests](const Call& call, contract::NoFields, requests::Reply reply) {
    requests.preferences(services::Actor{call.user.id}, {}, std::move(reply));
  });
  routes.add(route::create_notifications,
             [&requests](const Call& call, contract::CreateNotifications request, requests::Reply reply) {
               requests.create(services::Actor{call.user.id}, std::move(request), std::string(call.idempotency_key),
                               std::move(reply));
             });
  routes.add(route::post_event, [&requests](const Call& call, contract::PostEvent request, requests::Reply reply) {
    requests.post_event(services::Actor{call.user.id}, std::move(request), std::string(call.idempotency_key),
                        std::move(reply));
  });
}

void add_presence_routes(RouteTable& routes, requests::PresenceRequests& requests) {
  routes.add(route::get_presence, requests, &requests::PresenceRequests::ask);
}

} // namespace mentara::api
