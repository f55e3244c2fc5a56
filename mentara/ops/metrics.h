#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "mentara/ops/figures.h"
#include "mentara/ops/traffic.h"
#include "wire/http/handler.h"
#include "wire/http/router.h"
#include "wire/net/loop.h"

namespace mentara::ops {

// GET /metrics as Prometheus reads it, GET /api/stats the same as JSON; on the operations listener alone. Each request
// asks every loop once, and how long that takes is the loop's lag. Owned by the home loop.
class Metrics final : public wire::http::Handler {
 public:
  // `own`: the figures of what lives on the home loop.
  Metrics(wire::net::Loop& home, std::vector<Traffic*> loops, std::function<void(Figures&)> own)
      : home_(home), loops_(std::move(loops)), own_(std::move(own)) {}

  void attach(wire::http::Router& router);

 private:
  struct Gathering {
    wire::http::Exchange* exchange; // none: the peer has left
    bool as_json;
    std::size_t missing; // loops
    Figures figures{};
  };

  void on_request(wire::http::Exchange& exchange) override;
  void on_abort(wire::http::Exchange& exchange) override;
  void gather(const std::shared_ptr<Gathering>& gathering);
  void finish(Gathering& gathering);

  wire::net::Loop& home_;
  const std::vector<Traffic*> loops_;
  const std::function<void(Figures&)> own_;
  std::unordered_map<wire::http::Exchange*, std::shared_ptr<Gathering>> waiting_;
};

} // namespace mentara::ops
