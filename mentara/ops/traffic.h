#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "mentara/connections/tally.h"
#include "mentara/ops/figures.h"
#include "wire/base/hash.h"
#include "wire/http/server.h"
#include "wire/sio/server.h"

namespace mentara::ops {

// What comes and goes on one loop, counted there without a lock. It lives as long as the loop's server.
class Traffic {
 public:
  Traffic(wire::sio::Server& io, wire::http::Server& http);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Before the loop runs. `in`, `out`: the events of the contract that have a figure of their own; what else a client
  // sends is one figure, so that nobody can make up names without end. `tally` lives as long.
  template <class... In, class... Out>
  void watch(wire::sio::Namespace& nsp, const std::tuple<In...>& in, const std::tuple<Out...>& out,
             const connections::Tally& tally) {
    watch(nsp, names_of(in), names_of(out), tally);
  }
  void watch_rest(const connections::Tally& tally) { rest_ = &tally; }

  wire::net::Loop& loop() { return io_.loop(); }
  Figures figures() const; // on the loop

 private:
  static constexpr std::size_t reasons = 9; // of wire::sio::DisconnectReason
  // By name, without those that nobody expects.
  struct EventCounts {
    std::unordered_map<std::string, std::uint64_t, wire::SeededHash, std::equal_to<>> expected;
    std::uint64_t others = 0;
    void count(std::string_view event, std::uint64_t times) {
      const auto found = expected.find(event);
      (found == expected.end() ? others : found->second) += times;
    }
  };
  struct Watched {
    wire::sio::Namespace& nsp;
    const connections::Tally& tally;
    EventCounts in{}, out{};
    std::uint64_t connected = 0;
    std::array<std::uint64_t, reasons> disconnected{};
  };

  template <class... Events>
  static std::vector<std::string_view> names_of(const std::tuple<Events...>& events) {
    return std::apply([](const auto&... event) { return std::vector<std::string_view>{event.name...}; }, events);
  }
  void watch(wire::sio::Namespace& nsp, const std::vector<std::string_view>& in,
             const std::vector<std::string_view>& out, const connections::Tally& tally);
  static void add(Figures& figures, const Watched& watched);

  wire::sio::Server& io_;
  const wire::http::Server& http_;
  std::vector<std::unique_ptr<Watched>> watched_;
  const connections::Tally* rest_ = nullptr;                    // how REST answered
  std::unordered_map<std::string_view, std::uint64_t> refused_; // by what it was refused for
};

} // namespace mentara::ops
