#include "mentara/api/user_routes.h"

#include <utility>

namespace mentara::api {

using requests::UserRequests;

void add_user_routes(RouteTable& routes, UserRequests& requests) {
  routes.add(
      "GET", "/users/{userId}/export",
      [&requests](const Call& call, requests::Reply reply) {
        auto request = contract::decode<contract::ExportUser>(call.fields, call.user);
        if (!request) return reply(std::move(request.error()));
        requests.export_page(*std::move(request), std::move(reply));
      },
      RouteTable::For::services);
  routes.add(
      "DELETE", "/users/{userId}",
      [&requests](const Call& call, requests::Reply reply) {
        auto request = contract::decode<contract::WhichUser>(call.fields, call.user);
        if (!request) return reply(std::move(request.error()));
        requests.erase(*std::move(request), std::move(reply));
      },
      RouteTable::For::services);
}

} // namespace mentara::api
