#include "mentara/api/notification_routes.h"

#include <string>
#include <utility>

#include "mentara/limits.h"
#include "wire/base/utf8.h"

namespace mentara::api {

using requests::NotificationRequests;

void add_notification_routes(RouteTable& routes, NotificationRequests& requests) {
  const auto add = [&](std::string_view method, std::string_view pattern, auto ask) {
    routes.add(method, pattern, requests, ask);
  };
  add("GET", "/notifications", &NotificationRequests::list);
  add("GET", "/notifications/unread-count", &NotificationRequests::unread_count);
  add("GET", "/notifications/preferences", &NotificationRequests::preferences);
  add("PUT", "/notifications/preferences", &NotificationRequests::preferences);
  add("POST", "/notifications/read", &NotificationRequests::read);
  add("POST", "/notifications/unread", &NotificationRequests::unread);
  add("POST", "/notifications/read-all", &NotificationRequests::read_all);
  add("PATCH", "/notifications/{id}", &NotificationRequests::mark);
  add("DELETE", "/notifications/{id}", &NotificationRequests::erase);

  const auto add_for_services =
      [&routes, &requests]<class Payload>(
          std::string_view pattern,
          void (NotificationRequests::*ask)(services::Actor, Payload, std::string, requests::Reply)) {
        const auto handler = [&requests, ask](const Call& call, requests::Reply reply) {
          auto request = contract::decode<Payload>(call.fields, call.user);
          if (!request) return reply(std::move(request.error()));
          if (call.idempotency_key.size() > limits::idempotency_key_bytes_max || !wire::is_utf8(call.idempotency_key)) {
            return reply(invalid("Idempotency-Key", "Idempotency-Key must be at most " +
                                                        std::to_string(limits::idempotency_key_bytes_max) + " bytes"));
          }
          (requests.*ask)(services::Actor{call.user.id}, std::move(*request), std::string(call.idempotency_key),
                          std::move(reply));
        };
        routes.add("POST", pattern, handler, RouteTable::For::services);
      };
  add_for_services("/notifications", &NotificationRequests::create);
  add_for_services("/events", &NotificationRequests::post_event);
}

void add_presence_routes(RouteTable& routes, requests::PresenceRequests& requests) {
  routes.add("GET", "/presence", requests, &requests::PresenceRequests::ask);
}

} // namespace mentara::api
