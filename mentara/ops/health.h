#pragma once

#include <functional>

#include "wire/http/handler.h"
#include "wire/http/router.h"

namespace mentara::ops {

// GET /healthz: the process lives. GET /readyz: it can do its work; 503 and a reason when it cannot.
class Health final : public wire::http::Handler {
 public:
  // nullptr, or why the server cannot serve. Called on the loop of the request.
  explicit Health(std::function<const char*()> not_ready) : not_ready_(std::move(not_ready)) {}

  void attach(wire::http::Router& router);

 private:
  void on_request(wire::http::Exchange& exchange) override;

  std::function<const char*()> not_ready_;
};

} // namespace mentara::ops
