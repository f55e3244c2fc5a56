#include "mentara/gateways/event_limits.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mentara/contract/event_table.h"

namespace mentara::gateways {
namespace {

namespace messaging = contract::messaging::client_event;

constexpr std::array costs{
    // What reads much (threats D3).
    std::pair{messaging::message_search.name, 5.0},
    std::pair{messaging::conversation_list.name, 2.0},
    std::pair{messaging::conversation_history.name, 2.0},
    // What honest clients say once for each message that they receive.
    std::pair{messaging::message_delivered.name, 0.1},
    std::pair{messaging::message_read.name, 0.5},
    std::pair{messaging::sync_ack.name, 0.1},
    // What a browser says many times when a call begins, once more for each one in a conference.
    std::pair{contract::video_calls::client_event::ice_candidate.name, 0.2},
    std::pair{contract::video_calls::client_event::room_signal.name, 0.2},
};

Failure too_often(std::chrono::milliseconds wait) {
  return {
      Code::rate_limited, "This is more than you may do at once. Wait a moment, then go on slower.", {}, wait.count()};
}

} // namespace

double cost_of(std::string_view event) {
  const auto found = std::find_if(costs.begin(), costs.end(), [&](const auto& cost) { return cost.first == event; });
  return found == costs.end() ? 1 : found->second;
}

std::optional<Failure> EventLimits::take(const UserId& user, std::string_view event, wire::TimePoint now) {
  if (const auto wait = events_.take(user.value, now, cost_of(event))) return too_often(*wait);
  if (event != messaging::message_send.name) return std::nullopt;
  if (const auto wait = sends_.take(user.value, now)) return too_often(*wait);
  return std::nullopt;
}

} // namespace mentara::gateways
