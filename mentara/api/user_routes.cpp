#include "mentara/api/user_routes.h"

#include <utility>

namespace mentara::api {

namespace route = contract::route;
using requests::UserRequests;

void add_user_routes(RouteTable& routes, UserRequests& requests) {
  routes.add(route::export_user, [&requests](const Call&, contract::ExportUser request, requests::Reply reply) {
    requests.export_page(std::move(request), std::move(reply));
  });
  routes.add(route::delete_user, [&requests](const Call&, contract::WhichUser request, requests::Reply reply) {
    requests.erase(std::move(request), std::move(reply));
  });
}

} // namespace mentara::api
