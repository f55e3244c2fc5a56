#pragma once

#include "mentara/api/route_table.h"
#include "mentara/requests/notification_requests.h"

namespace mentara::api {

// /api/notifications: what sockets ask in /notifications, and what backends want users to be told. `requests` outlives
// the table.
void add_notification_routes(RouteTable& routes, requests::NotificationRequests& requests);

} // namespace mentara::api
