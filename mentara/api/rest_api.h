#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "mentara/api/route_table.h"
#include "mentara/auth/authenticator.h"
#include "mentara/domain/user.h"
#include "wire/base/json.h"
#include "wire/http/cors.h"
#include "wire/http/handler.h"
#include "wire/http/router.h"

namespace mentara::api {

// Everything below /api on one loop: who asks, what it says, who answers it. What the answers are is in the routes:
// each part of the product adds its own to routes().
class RestApi final : public wire::http::Handler {
 public:
  // `authenticator` outlives it.
  RestApi(const auth::Authenticator& authenticator, wire::http::CorsOptions cors);

  RouteTable& routes() { return routes_; }
  void attach(wire::http::Router& router) { router.add("/api", *this); }

  void on_request(wire::http::Exchange& exchange) override;
  void on_too_large(wire::http::Exchange& exchange) override;
  void on_abort(wire::http::Exchange& exchange) override;

 private:
  // The failure, if it can be told at once.
  std::optional<Failure> begin(wire::http::Exchange& exchange);
  wire::Result<User, Failure> caller(const wire::http::Request& request, bool& is_service) const;
  void respond(wire::http::Exchange& exchange, wire::http::Response response) const;

  const auth::Authenticator& authenticator_;
  const wire::http::CorsOptions cors_;
  RouteTable routes_;
  wire::JsonParser body_parser_, fields_parser_;
  // Those that wait for their answer; emptied when the peer left.
  std::unordered_map<wire::http::Exchange*, std::shared_ptr<wire::http::Exchange*>> waiting_;
};

} // namespace mentara::api
