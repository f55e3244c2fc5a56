#pragma once

#include "mentara/api/route_table.h"
#include "mentara/requests/messaging_requests.h"

namespace mentara::api {

// /api/messaging: what sockets ask in /messaging, but for what only sockets have (typing, rooms). `requests` outlives
// the table.
void add_messaging_routes(RouteTable& routes, requests::MessagingRequests& requests);

} // namespace mentara::api
