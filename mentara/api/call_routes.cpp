#include "mentara/api/call_routes.h"

namespace mentara::api {

namespace route = contract::route;
using requests::CallRequests;

void add_call_routes(RouteTable& routes, CallRequests& requests) {
  routes.add(route::list_calls, requests, &CallRequests::history);
  routes.add(route::ice_servers, requests, &CallRequests::ice_servers);
}

} // namespace mentara::api
