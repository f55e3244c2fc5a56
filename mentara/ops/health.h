#pragma once

#include <functional>

#include "wire/http/handler.h"
#include "wire/http/router.h"

namespace mentara::ops {

// GET /healthz: the process lives. GET /readyz: it can do its work; 503 and a reason when it cannot, 200 and a reason
// when it can, and something is not as it should be.
class Health final : public wire::http::Handler {
 public:
  // nullptr, or why the server cannot serve, or what is wrong nevertheless. Called on the loop of the request.
  explicit Health(std::function<const char*()> not_ready, std::function<const char*()> degraded)
      : not_ready_(std::move(not_ready)), degraded_(std::move(degraded)) {}

  void attach(wire::http::Router& router);

 private:
  void on_request(wire::http::Exchange& exchange) override;

  std::function<const char*()> not_ready_, degraded_;
};

} // namespace mentara::ops
