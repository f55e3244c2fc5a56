#pragma once

#include "mentara/api/route_table.h"
#include "mentara/requests/notification_requests.h"
#include "mentara/requests/presence_requests.h"

namespace mentara::api {

// /api/notifications: what sockets ask in /notifications, and what backends want users to be told. `requests` outlives
// the table. And what backends say has happened: /api/events.
void add_notification_routes(RouteTable& routes, requests::NotificationRequests& requests);
void add_presence_routes(RouteTable& routes, requests::PresenceRequests& requests);

} // namespace mentara::api
