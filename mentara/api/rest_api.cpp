#include "mentara/api/rest_api.h"

#include <utility>

#include "mentara/api/answer.h"
#include "mentara/api/request_fields.h"
#include "mentara/contract/event_table.h"
#include "mentara/contract/route_table.h"
#include "wire/base/address.h"
#include "wire/base/utf8.h"

namespace mentara::api {
namespace {

constexpr std::string_view prefix = "/api";
constexpr std::string_view service_role = "service";

// What a socket would send to ask the same, where that costs more or less than an ordinary event.
std::string_view event_of(std::string_view method, std::string_view pattern) {
  namespace event = contract::messaging::client_event;
  namespace route = contract::route;
  struct Same {
    std::string_view method, pattern, event;
  };
  constexpr Same same[] = {
      {route::search.method, route::search.path, event::message_search.name},
      {route::list_conversations.method, route::list_conversations.path, event::conversation_list.name},
      {route::history.method, route::history.path, event::conversation_history.name},
      {route::send_message.method, route::send_message.path, event::message_send.name},
      {route::read_messages.method, route::read_messages.path, event::message_read.name},
  };
  for (const Same& one : same) {
    if (one.method == method && one.pattern == pattern) return one.event;
  }
  return {};
}

} // namespace

RestApi::RestApi(const wire::net::Loop& loop, const auth::Authenticator& authenticator, Limits limits,
                 wire::http::CorsOptions cors)
    : loop_(loop), authenticator_(authenticator), limits_(std::move(limits)), cors_(std::move(cors)) {}

void RestApi::on_request(wire::http::Exchange& exchange) {
  if (exchange.request().method == "OPTIONS") {
    return exchange.respond(wire::http::preflight_response(cors_, exchange.request()));
  }
  if (const auto refused = begin(exchange)) refuse(exchange, *refused);
}

std::optional<Failure> RestApi::begin(wire::http::Exchange& exchange) {
  const wire::http::Request& request = exchange.request();
  bool is_service = false;
  const auto user = caller(request, is_service);
  if (!user) return user.error();
  const auto match = routes_.find(request.method, request.path.substr(prefix.size()));
  if (!match.handler) {
    if (match.allowed.empty())
      return Failure{Code::not_found, "There is no such path. Is it spelt as in the contract?"};
    return Failure{Code::unknown_event, "This path does not know the method. It knows: " + match.allowed};
  }
  if (match.audience == contract::Audience::services && !is_service) {
    return Failure{Code::forbidden, "This is for backends: it needs a token with the role service."};
  }
  if (!is_service) {
    if (auto refused = why_too_often(request, user->id, event_of(request.method, match.pattern))) return refused;
  }
  const auto fields = join_fields(match.fields, request.query, request.body, body_parser_);
  if (!fields) return fields.error();
  const auto parsed = fields_parser_.parse(*fields);
  if (!parsed) return invalid({}, "The request has more or deeper fields than it may have.");

  // Routes live as long as this, and so do the views of their words.
  auto answered = [this, method = match.method, pattern = match.pattern, begun = connections::Tally::Clock::now()] {
    tally_.took(std::string(method).append(" ").append(pattern), connections::Tally::Clock::now() - begun);
  };
  auto waiting = std::make_shared<wire::http::Exchange*>(&exchange);
  waiting_.emplace(&exchange, waiting);
  const Call call{*user, is_service, *parsed, request.header("idempotency-key").value_or(std::string_view())};
  (*match.handler)(call, [this, waiting = std::move(waiting),
                          answered = std::move(answered)](wire::Result<std::string, Failure> reply) {
    if (!*waiting) return; // the peer has left
    answered();
    waiting_.erase(*waiting);
    reply ? respond(**waiting, success(*reply)) : refuse(**waiting, reply.error());
  });
  return std::nullopt;
}

wire::Result<User, Failure> RestApi::caller(const wire::http::Request& request, bool& is_service) const {
  const std::string address = wire::limited_as(request.peer.address);
  if (const auto wait = limits_.failures.before_try(address, loop_.now())) return auth::too_many_failures(*wait);
  const auto identity =
      authenticator_.authenticate({.authorization = request.header("authorization").value_or(std::string_view())});
  if (!identity) {
    const auto wait = limits_.failures.failed(address, loop_.now());
    return wait ? auth::too_many_failures(*wait) : identity.error();
  }
  is_service = identity->user.role == service_role;
  const auto on_behalf_of = request.header("x-on-behalf-of");
  if (!on_behalf_of) return identity->user;
  if (!is_service) {
    return Failure{Code::forbidden, "X-On-Behalf-Of is for backends: it needs a token with the role service."};
  }
  if (!wire::is_utf8(*on_behalf_of) || !is_well_formed_user_id(*on_behalf_of)) {
    return invalid("X-On-Behalf-Of", "X-On-Behalf-Of must be a user id: 1 to 128 characters, no control characters");
  }
  return User{UserId{std::string(*on_behalf_of)}};
}

std::optional<Failure> RestApi::why_too_often(const wire::http::Request& request, const UserId& user,
                                              std::string_view event) const {
  if (const auto wait = limits_.requests.take(wire::limited_as(request.peer.address), loop_.now())) {
    return Failure{Code::rate_limited,
                   "This is more than this address may ask. Wait a moment, then go on slower.",
                   {},
                   wait->count()};
  }
  return limits_.of_user(user, event, loop_.now());
}

void RestApi::on_too_large(wire::http::Exchange& exchange) {
  refuse(exchange, {Code::payload_too_large, "The body is longer than the server takes."});
}

void RestApi::on_abort(wire::http::Exchange& exchange) {
  const auto found = waiting_.find(&exchange);
  if (found == waiting_.end()) return;
  *found->second = nullptr;
  waiting_.erase(found);
}

void RestApi::refuse(wire::http::Exchange& exchange, const Failure& why) {
  tally_.refused(why.code);
  respond(exchange, failure(why));
}

void RestApi::respond(wire::http::Exchange& exchange, wire::http::Response response) const {
  wire::http::append_cors_headers(response.headers, cors_, exchange.request().header("origin"));
  exchange.respond(std::move(response));
}

} // namespace mentara::api
