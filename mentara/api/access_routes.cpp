#include "mentara/api/access_routes.h"

namespace mentara::api {

using requests::AccessRequests;

void add_access_routes(RouteTable& routes, AccessRequests& requests) {
  constexpr auto services = RouteTable::For::services;
  routes.add("POST", "/auth/revoke", requests, &AccessRequests::revoke, services);
  routes.add("POST", "/users/{userId}/disconnect", requests, &AccessRequests::disconnect, services);
}

} // namespace mentara::api
