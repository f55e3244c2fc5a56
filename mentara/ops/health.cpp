#include "mentara/ops/health.h"

#include <string>

#include "wire/base/json.h"

namespace mentara::ops {

void Health::attach(wire::http::Router& router) {
  router.add("/healthz", *this);
  router.add("/readyz", *this);
}

void Health::on_request(wire::http::Exchange& exchange) {
  const wire::http::Request& request = exchange.request();
  wire::http::Response response{200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, {}};
  const auto answer = [&](int status, std::string_view state, std::string_view reason) {
    response.status = status;
    wire::JsonObjectWriter body(response.body);
    body.member("status", state);
    if (!reason.empty()) body.member("reason", reason);
    body.end();
  };
  if (request.method != "GET" && request.method != "HEAD") {
    response.headers.emplace_back("Allow", "GET, HEAD");
    answer(405, "error", "only GET and HEAD");
  } else if (request.path == "/healthz") {
    answer(200, "ok", {});
  } else if (request.path == "/readyz") {
    const char* reason = not_ready_();
    if (reason) {
      answer(503, "unavailable", reason);
    } else if (const char* wrong = degraded_()) {
      answer(200, "degraded", wrong);
    } else {
      answer(200, "ready", {});
    }
  } else {
    answer(404, "error", "no such page");
  }
  exchange.respond(std::move(response));
}

} // namespace mentara::ops
