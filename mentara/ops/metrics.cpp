#include "mentara/ops/metrics.h"

#include <chrono>
#include <string>
#include <utility>

#include "mentara/ops/process_figures.h"

namespace mentara::ops {

void Metrics::attach(wire::http::Router& router) {
  router.add("/metrics", *this);
  router.add("/api/stats", *this);
}

void Metrics::on_request(wire::http::Exchange& exchange) {
  const wire::http::Request& request = exchange.request();
  const bool as_json = request.path == "/api/stats";
  if (!as_json && request.path != "/metrics") return exchange.respond({404, {}, {}});
  if (request.method != "GET") return exchange.respond({405, {{"Allow", "GET"}}, {}});
  const auto gathering = std::make_shared<Gathering>(Gathering{&exchange, as_json, loops_.size()});
  waiting_.emplace(&exchange, gathering);
  gather(gathering);
}

void Metrics::on_abort(wire::http::Exchange& exchange) {
  const auto found = waiting_.find(&exchange);
  if (found == waiting_.end()) return;
  found->second->exchange = nullptr;
  waiting_.erase(found);
}

void Metrics::gather(const std::shared_ptr<Gathering>& gathering) {
  using Clock = std::chrono::steady_clock; // a loop's own time stands still during a turn
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->loop().post([this, gathering, i, asked = Clock::now()] {
      const std::chrono::duration<double> lag = Clock::now() - asked;
      Figures figures = loops_[i]->figures();
      figures.gauge("mentara_loop_lag_seconds", "How long a task waits for its loop.", lag.count(),
                    {{"loop", std::to_string(i)}});
      home_.post([this, gathering, figures = std::move(figures)] {
        gathering->figures.add(figures);
        if (--gathering->missing == 0) finish(*gathering);
      });
    });
  }
}

void Metrics::finish(Gathering& gathering) {
  if (!gathering.exchange) return;
  own_(gathering.figures);
  add_process_figures(gathering.figures);
  wire::http::Exchange& exchange = *gathering.exchange;
  const std::string_view type = gathering.as_json ? "application/json" : "text/plain; version=0.0.4; charset=utf-8";
  wire::http::Response response{200, {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}}, {}};
  response.body = gathering.as_json ? to_json(gathering.figures) : to_prometheus(gathering.figures);
  waiting_.erase(&exchange); // and with it maybe the gathering
  exchange.respond(std::move(response));
}

} // namespace mentara::ops
