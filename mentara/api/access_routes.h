#pragma once

#include "mentara/api/route_table.h"
#include "mentara/requests/access_requests.h"

namespace mentara::api {

// What backends do about who may be connected. `requests` outlives the table.
void add_access_routes(RouteTable& routes, requests::AccessRequests& requests);

} // namespace mentara::api
