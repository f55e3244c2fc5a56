#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/contract/decode.h"
#include "mentara/domain/user.h"
#include "mentara/requests/reply.h"
#include "mentara/services/actor.h"
#include "wire/base/json.h"
#include "wire/base/unique_function.h"

namespace mentara::api {

// One authorized request, as its route sees it. Borrows: read it before you return.
struct Call {
  const User& user;      // who asks; or on whose behalf
  bool is_service;       // the token is a backend's
  wire::JsonView fields; // of body, query and path as one object, named as in the contract
  std::string_view idempotency_key{};
};

// Who answers which request. A pattern is a path below /api, such as "/messaging/messages/{messageId}": what stands in
// braces is the field of the contract that this segment fills.
class RouteTable {
 public:
  using Handler = wire::UniqueFunction<void(const Call&, requests::Reply)>;
  enum class For { everybody, services };

  void add(std::string_view method, std::string_view pattern, Handler handler, For whom = For::everybody);

  // A request that a socket could send, too: the same fields, the same checks, the same answer.
  template <class Payload, class Requests>
  void add(std::string_view method, std::string_view pattern, Requests& to,
           void (Requests::*ask)(services::Actor, Payload, requests::Reply), For whom = For::everybody) {
    Handler handler = [&to, ask](const Call& call, requests::Reply reply) {
      auto request = contract::decode<Payload>(call.fields, call.user);
      if (!request) return reply(std::move(request.error()));
      (to.*ask)(services::Actor{call.user.id}, std::move(*request), std::move(reply));
    };
    add(method, pattern, std::move(handler), whom);
  }

  struct Match {
    Handler* handler = nullptr; // none: no such path, or not by this method
    For whom = For::everybody;
    std::vector<std::pair<std::string_view, std::string>> fields; // of the path, decoded
    std::string allowed;                                          // the methods of this path: "GET, POST"
  };
  Match find(std::string_view method, std::string_view path); // path: raw, below /api

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
    For whom;
  };
  std::vector<Route> routes_;
};

} // namespace mentara::api
