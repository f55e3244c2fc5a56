#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/contract/decode.h"
#include "mentara/contract/route_table.h"
#include "mentara/domain/failure.h"
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

// Who answers which request of contract/route_table.h.
class RouteTable {
 public:
  using Handler = wire::UniqueFunction<void(const Call&, requests::Reply)>;

  // A request that a socket could send, too: the same fields, the same checks, the same answer.
  template <class Payload, class Ack, class Requests>
  void add(const contract::Route<Payload, Ack>& route, Requests& to,
           void (Requests::*ask)(services::Actor, Payload, requests::Reply)) {
    add(route, [&to, ask](const Call& call, Payload request, requests::Reply reply) {
      (to.*ask)(services::Actor{call.user.id}, std::move(request), std::move(reply));
    });
  }
  // `answer(const Call&, Payload, Reply)`
  template <class Payload, class Ack, class Answer>
  requires std::invocable<Answer&, const Call&, Payload, requests::Reply>
  void add(const contract::Route<Payload, Ack>& route, Answer answer) {
    const bool is_repeatable = route.is_repeatable;
    routes_.push_back({route.method, route.path, split(route.path),
                       [answer = std::move(answer), is_repeatable](const Call& call, requests::Reply reply) mutable {
                         if (is_repeatable) {
                           if (auto refused = check_idempotency_key(call)) return reply(std::move(*refused));
                         }
                         auto request = contract::decode<Payload>(call.fields, call.user);
                         if (!request) return reply(std::move(request.error()));
                         answer(call, std::move(*request), std::move(reply));
                       },
                       route.audience});
  }

  struct Match {
    Handler* handler = nullptr; // none: no such path, or not by this method
    contract::Audience audience = contract::Audience::everybody;
    std::string_view method{};
    std::string_view pattern{};                                   // "/messaging/messages/{messageId}"
    std::vector<std::pair<std::string_view, std::string>> fields; // of the path, decoded
    std::string allowed;                                          // the methods of this path: "GET, POST"
  };
  Match find(std::string_view method, std::string_view path); // path: raw, below /api

 private:
  struct Entry {
    std::string_view method;
    std::string_view pattern;
    std::vector<std::string_view> segments;
    Handler handler;
    contract::Audience audience;
  };
  static std::vector<std::string_view> split(std::string_view path);
  static std::optional<Failure> check_idempotency_key(const Call& call);

  std::vector<Entry> routes_;
};

} // namespace mentara::api
