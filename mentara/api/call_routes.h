#pragma once

#include "mentara/api/route_table.h"
#include "mentara/requests/call_requests.h"

namespace mentara::api {

void add_call_routes(RouteTable& routes, requests::CallRequests& requests);

} // namespace mentara::api
