#pragma once

#include <chrono>

namespace wire {

// Timers and timeouts run on the monotonic clock; it reaches the sessions as an argument (threats F11).
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

using std::chrono::milliseconds;
using std::chrono::seconds;

} // namespace wire
