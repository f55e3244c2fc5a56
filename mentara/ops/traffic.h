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

  // Before the loop runs. `events`: those of the contract that have a figure of their own; what else a client sends is
  // one figure, so that nobody can make up names without end.
  template <class... Events>
  void watch(wire::sio::Namespace& nsp, const std::tuple<Events...>& events) {
    std::vector<std::string_view> names;
    std::apply([&](const auto&... event) { (names.push_back(event.name), ...); }, events);
    watch(nsp, names);
  }

  wire::net::Loop& loop() { return io_.loop(); }
  Figures figures() const; // on the loop

 private:
  static constexpr std::size_t reasons = 9; // of wire::sio::DisconnectReason
  struct Watched {
    wire::sio::Namespace& nsp;
    std::unordered_map<std::string, std::uint64_t, wire::SeededHash, std::equal_to<>> events;
    std::uint64_t other_events = 0;
    std::uint64_t connected = 0;
    std::array<std::uint64_t, reasons> disconnected{};
  };

  void watch(wire::sio::Namespace& nsp, const std::vector<std::string_view>& events);

  wire::sio::Server& io_;
  const wire::http::Server& http_;
  std::vector<std::unique_ptr<Watched>> watched_;
  std::unordered_map<std::string_view, std::uint64_t> refused_; // by what it was refused for
};

} // namespace mentara::ops
