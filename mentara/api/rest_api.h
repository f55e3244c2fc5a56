#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "mentara/api/route_table.h"
#include "mentara/auth/authenticator.h"
#include "mentara/auth/failure_budget.h"
#include "mentara/auth/rate_limiter.h"
#include "mentara/connections/tally.h"
#include "mentara/domain/user.h"
#include "wire/base/json.h"
#include "wire/http/cors.h"
#include "wire/http/handler.h"
#include "wire/http/router.h"
#include "wire/net/loop.h"

namespace mentara::api {

// Everything below /api on one loop: who asks, what it says, who answers it. What the answers are is in the routes:
// each part of the product adds its own to routes().
class RestApi final : public wire::http::Handler {
 public:
  // How often one may ask. Backends may ask as often as they like. Any thread.
  struct Limits {
    auth::FailureBudget& failures;
    auth::RateLimiter& requests; // of an address
    // Of a user, as if he had sent the event over a socket.
    std::function<std::optional<Failure>(const UserId&, std::string_view event, wire::TimePoint)> of_user;
  };

  // `authenticator` and what limits them outlive it; it is used on `loop`.
  RestApi(const wire::net::Loop& loop, const auth::Authenticator& authenticator, Limits limits,
          wire::http::CorsOptions cors);

  RouteTable& routes() { return routes_; }
  const connections::Tally& tally() const { return tally_; } // on the loop
  void attach(wire::http::Router& router) { router.add("/api", *this); }

  void on_request(wire::http::Exchange& exchange) override;
  void on_too_large(wire::http::Exchange& exchange) override;
  void on_abort(wire::http::Exchange& exchange) override;

 private:
  // The failure, if it can be told at once.
  std::optional<Failure> begin(wire::http::Exchange& exchange);
  wire::Result<User, Failure> caller(const wire::http::Request& request, bool& is_service) const;
  std::optional<Failure> why_too_often(const wire::http::Request& request, const UserId& user,
                                       std::string_view event) const;
  void refuse(wire::http::Exchange& exchange, const Failure& why);
  void respond(wire::http::Exchange& exchange, wire::http::Response response) const;

  const wire::net::Loop& loop_;
  const auth::Authenticator& authenticator_;
  const Limits limits_;
  const wire::http::CorsOptions cors_;
  RouteTable routes_;
  connections::Tally tally_;
  wire::JsonParser body_parser_, fields_parser_;
  // Those that wait for their answer; emptied when the peer left.
  std::unordered_map<wire::http::Exchange*, std::shared_ptr<wire::http::Exchange*>> waiting_;
};

} // namespace mentara::api
