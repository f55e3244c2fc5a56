#include "mentara/auth/failure_budget.h"

#include <algorithm>

namespace mentara::auth {
namespace {

constexpr Rate tries{static_cast<double>(limits::failing_tries_per_second),
                     static_cast<double>(limits::failing_tries_burst)};

std::chrono::milliseconds to_ms(wire::Duration duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

} // namespace

FailureBudget::Wait FailureBudget::before_try(std::string_view address, wire::TimePoint now) {
  return addresses_.find(address, Wait(), [&](State& state) -> Wait {
    if (now >= state.over_until || state.tries.take(tries, now)) return std::nullopt;
    return state.tries.wait(tries);
  });
}

FailureBudget::Wait FailureBudget::failed(std::string_view address, wire::TimePoint now) {
  return addresses_.with(address, [&](State& state) -> Wait {
    const bool waited = now >= state.over_until;
    if (waited && state.failures.take(rate_, now)) {
      state.wait = {};
      if (untold_) untold_->on_taken(address, state.untold, now, 1);
      return std::nullopt;
    }
    const wire::Duration one = state.failures.wait(rate_);
    state.wait = std::min(std::max(2 * state.wait, one), limits::connect_failures_delay_max);
    state.over_until = now + state.wait;
    return to_ms(state.wait);
  });
}

std::vector<Taken> FailureBudget::collect() {
  if (!untold_) return {};
  return auth::collect(*untold_, addresses_, [](State& state) -> Untold& { return state.untold; });
}

void FailureBudget::take_elsewhere(std::string_view address, wire::TimePoint now, double failures) {
  addresses_.with(address, [&](State& state) { state.failures.take_elsewhere(rate_, now, failures); });
}

Failure too_many_failures(std::chrono::milliseconds wait) {
  return {Code::rate_limited,
          "Too many tokens from this address were refused. Wait, then come with one that is good.",
          {},
          wait.count()};
}

} // namespace mentara::auth
