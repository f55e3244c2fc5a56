#pragma once

#include "mentara/api/route_table.h"
#include "mentara/requests/user_requests.h"

namespace mentara::api {

// What backends ask about users: /users/{userId}.
void add_user_routes(RouteTable& routes, requests::UserRequests& requests); // which outlives the table

} // namespace mentara::api
