#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "mentara/domain/failure.h"
#include "wire/base/hash.h"

namespace mentara::connections {

// How what clients ask on one loop is answered: how long each event takes, and why some are refused. One for each
// namespace and one for REST; owned by the loop.
class Tally {
 public:
  using Clock = std::chrono::steady_clock; // a loop's own time stands still during a turn
  static constexpr std::array<double, 12> bounds{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}; // s

  struct Times {
    std::array<std::uint64_t, bounds.size() + 1> counts{}; // answers that took at most so long; the last: longer
    double seconds = 0;
  };
  static constexpr std::size_t codes = static_cast<std::size_t>(Code::internal) + 1;
  using ByCode = std::array<std::uint64_t, codes>;

  // Before the first is asked. Only these have figures of their own: names that clients make up are one.
  template <class... Events>
  void expect(const std::tuple<Events...>& events) {
    std::apply([this](const auto&... event) { (times_.emplace(event.name, Times()), ...); }, events);
  }

  // `refused`: why; none: it was done.
  void answered(std::string_view event, Clock::duration took, std::optional<Code> refused) {
    const auto found = times_.find(event);
    add(found == times_.end() ? others_ : found->second, took);
    refused ? count(failures_, *refused) : void(++successes_);
  }
  // Of REST, whose names nobody makes up: "GET /messaging/conversations".
  void took(std::string_view name, Clock::duration time) {
    const auto found = times_.find(name);
    add(found == times_.end() ? times_.emplace(name, Times()).first->second : found->second, time);
  }
  void refused(Code code) { count(failures_, code); } // what no event asked
  void refused_connect(Code code) { count(refused_connects_, code); }
  void cut() { ++cut_; }
  void acked() { ++acks_; }

  const auto& times() const { return times_; }
  const Times& others() const { return others_; }
  std::uint64_t successes() const { return successes_; }
  const ByCode& failures() const { return failures_; }
  const ByCode& refused_connects() const { return refused_connects_; }
  std::uint64_t cuts() const { return cut_; }
  std::uint64_t acks() const { return acks_; }

 private:
  static void add(Times& times, Clock::duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    ++times.counts[static_cast<std::size_t>(bucket)];
    times.seconds += seconds;
  }
  static void count(ByCode& counts, Code code) { ++counts.at(static_cast<std::size_t>(code)); }

  std::unordered_map<std::string, Times, wire::SeededHash, std::equal_to<>> times_;
  Times others_;
  std::uint64_t successes_ = 0;
  ByCode failures_{};
  ByCode refused_connects_{};
  std::uint64_t cut_ = 0;  // sockets that went on with more than they may
  std::uint64_t acks_ = 0; // answers that a client asked for
};

} // namespace mentara::connections
