#include "mentara/api/call_routes.h"

namespace mentara::api {

void add_call_routes(RouteTable& routes, requests::CallRequests& requests) {
  routes.add("GET", "/calls", requests, &requests::CallRequests::history);
  routes.add("GET", "/calls/ice-servers", requests, &requests::CallRequests::ice_servers);
}

} // namespace mentara::api
