#include "mentara/api/access_routes.h"

namespace mentara::api {

namespace route = contract::route;
using requests::AccessRequests;

void add_access_routes(RouteTable& routes, AccessRequests& requests) {
  routes.add(route::revoke_tokens, requests, &AccessRequests::revoke);
  routes.add(route::disconnect_user, requests, &AccessRequests::disconnect);
}

} // namespace mentara::api
