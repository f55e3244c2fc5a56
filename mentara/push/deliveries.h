#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mentara/domain/push.h"
#include "mentara/domain/time.h"
#include "mentara/limits_of_push.h"
#include "mentara/push/keys.h"
#include "mentara/push/outlet.h"
#include "wire/base/hash.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"

namespace mentara::push {

// One push on its way to one browser.
struct Delivery {
  PushSubscription subscription{};
  Endpoint endpoint{};
  std::string topic{};
  std::string text{}; // what the service worker reads
  std::string_view urgency = "normal";
  UnixTime until{};    // then it is no use any more
  bool is_kept = true; // by the service, until then; false: for a browser that is there now, or nobody
};

// Pushes on their way: encrypts and signs each, sends it, and tries again what may succeed later. To one browser about
// one topic there is one under way at a time, and the newest of those behind it: so what was said last arrives last. On
// the home loop.
class Deliveries {
 public:
  struct Rules {
    KeyPair key;
    std::string subject; // of VAPID
    wire::Duration retry_delay;
    std::size_t queue_max = limits::push_queue_max;
  };
  struct Time {
    wire::UniqueFunction<wire::TimePoint()> now;
    wire::UniqueFunction<void(wire::TimePoint)> wake; // call on_time() then; replaces what was asked before
  };
  struct Counters {
    std::uint64_t sent = 0;    // and taken by the service
    std::uint64_t retried = 0; // tries that failed and were followed by another
    std::uint64_t failed = 0;  // for good
    std::uint64_t gone = 0;    // the browser does not want them any more
    std::uint64_t dropped = 0; // the queue was full
  };

  // `gone`: hears of endpoints that are no more.
  Deliveries(Outlet& outlet, const WallClock& clock, Rules rules, Time time,
             wire::UniqueFunction<void(const std::string& endpoint)> gone);
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  void add(Delivery delivery);
  void on_time();                              // tries again what is due
  void note_dropped() { ++counters_.dropped; } // before it came here

  const Counters& counters() const { return counters_; }
  std::size_t size() const { return lines_.size(); } // under way, or waiting for another try
  const Rules& rules() const { return rules_; }

 private:
  struct Pending {
    Delivery delivery;
    int tries = 0; // that failed
    wire::TimePoint due{};
  };
  struct Line {
    bool under_way = false;
    std::optional<Pending> next{};
  };
  using Lines = std::unordered_map<std::string, Line, wire::SeededHash, std::equal_to<>>;

  void start(const std::string& name);
  void end(Lines::iterator line, const std::string& endpoint);
  void on_answer(const std::string& name, Pending sent, const PushAnswer& answer);
  bool try_again(Line& line, const std::string& name, Pending sent, const PushAnswer& answer);
  void wait_until(wire::TimePoint due, const std::string& name);
  void arm();

  Outlet& outlet_;
  const WallClock& clock_;
  const Rules rules_;
  Time time_;
  wire::UniqueFunction<void(const std::string&)> gone_;
  Lines lines_; // by endpoint and topic
  std::unordered_map<std::string, std::size_t, wire::SeededHash, std::equal_to<>> lines_by_endpoint_;
  std::multimap<wire::TimePoint, std::string> due_; // names of lines; some may have gone on meanwhile
  Counters counters_;
};

} // namespace mentara::push
