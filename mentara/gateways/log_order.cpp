#include "mentara/gateways/log_order.h"

#include <algorithm>
#include <utility>

#include "mentara/limits.h"

namespace mentara::gateways {

using wire::TimePoint;

std::vector<LogOrder::Step> LogOrder::on_event(LogEvent event, TimePoint now) {
  std::vector<Step> steps;
  const storage::Position position = event.event->position;
  if (position <= told_) return steps; // once more, or too late: whom it concerns finds it in the log
  held_.emplace(position, std::move(event));
  tell_held(steps);
  if (held_.empty()) {
    if (end_ <= told_) give_up_at_.reset();
  } else if (patience_ <= wire::Duration::zero() || held_.size() > limits::log_events_held_max) {
    give_up(steps);
  } else if (!give_up_at_) {
    give_up_at_ = now + patience_;
  }
  return steps;
}

void LogOrder::on_growth(storage::Position end, wire::Duration patience, TimePoint now) {
  end_ = std::max(end_, end);
  if (end_ > told_ && !give_up_at_) give_up_at_ = now + patience;
}

std::vector<LogOrder::Step> LogOrder::on_time(TimePoint now) {
  std::vector<Step> steps;
  if (give_up_at_ && *give_up_at_ <= now) give_up(steps);
  return steps;
}

void LogOrder::tell_held(std::vector<Step>& steps) {
  while (!held_.empty() && held_.begin()->first == told_ + 1) {
    told_ = held_.begin()->first;
    steps.push_back({.event = std::move(held_.begin()->second)});
    held_.erase(held_.begin());
  }
}

void LogOrder::give_up(std::vector<Step>& steps) {
  give_up_at_.reset();
  while (!held_.empty()) {
    told_ = held_.begin()->first - 1;
    steps.push_back({.gap = told_});
    tell_held(steps);
  }
  if (end_ <= told_) return;
  told_ = end_;
  steps.push_back({.gap = told_});
}

} // namespace mentara::gateways
