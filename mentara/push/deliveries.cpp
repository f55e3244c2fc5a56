#include "mentara/push/deliveries.h"

#include <algorithm>
#include <utility>

#include "mentara/limits_of_push.h"
#include "mentara/push/encryption.h"
#include "mentara/push/vapid.h"
#include "wire/base/base64.h"
#include "wire/base/log.h"

namespace mentara::push {
namespace {

enum class Outcome { taken, gone, later, never };

Outcome outcome_of(int status) {
  if (status >= 200 && status < 300) return Outcome::taken;
  if (status == 404 || status == 410) return Outcome::gone;
  if (status == 0 || status == 408 || status == 429 || status >= 500) return Outcome::later;
  return Outcome::never;
}

// Whoever knows an endpoint can use it, so the log has only its origin.
void log_failure(const Delivery& delivery, const PushAnswer& answer, const char* what) {
  wire::log(wire::LogLevel::warn, what,
            {{"service", delivery.endpoint.origin()}, {"status", answer.status}, {"why", answer.error}});
}

} // namespace

Deliveries::Deliveries(Outlet& outlet, const WallClock& clock, Rules rules, Time time,
                       wire::UniqueFunction<void(const std::string&)> gone)
    : outlet_(outlet), clock_(clock), rules_(std::move(rules)), time_(std::move(time)), gone_(std::move(gone)) {}

void Deliveries::add(Delivery delivery) {
  const std::string name = delivery.topic + ' ' + delivery.subscription.endpoint;
  auto found = lines_.find(name);
  if (found == lines_.end()) {
    std::size_t& of_endpoint = lines_by_endpoint_[delivery.subscription.endpoint];
    if (lines_.size() >= rules_.queue_max || of_endpoint >= limits::push_queue_of_endpoint_max) {
      if (of_endpoint == 0) lines_by_endpoint_.erase(delivery.subscription.endpoint);
      ++counters_.dropped;
      return;
    }
    ++of_endpoint;
    found = lines_.emplace(name, Line{}).first;
  }
  found->second.next = Pending{std::move(delivery), 0, time_.now()};
  if (!found->second.under_way) start(name);
}

void Deliveries::end(Lines::iterator line, const std::string& endpoint) {
  lines_.erase(line);
  const auto count = lines_by_endpoint_.find(endpoint);
  if (--count->second == 0) lines_by_endpoint_.erase(count);
}

void Deliveries::start(const std::string& name) {
  const auto found = lines_.find(name);
  Line& line = found->second;
  Pending pending = std::move(*std::exchange(line.next, std::nullopt));
  const Delivery& delivery = pending.delivery;
  const UnixTime now = clock_.now();
  const auto user_key = wire::base64url_decode_strict(delivery.subscription.user_key);
  const auto auth_secret = wire::base64url_decode_strict(delivery.subscription.auth_secret);
  auto body = user_key && auth_secret ? encrypt(delivery.text, *user_key, *auth_secret) : std::nullopt;
  if (!body || delivery.until <= now) {
    ++counters_.failed;
    return end(found, delivery.subscription.endpoint);
  }
  line.under_way = true;
  const std::string origin = delivery.endpoint.origin();
  PushRequest request{delivery.endpoint,
                      vapid_authorization(rules_.key, origin, rules_.subject, now),
                      delivery.is_kept ? std::max<std::int64_t>((delivery.until.ms - now.ms) / 1000, 1) : 0,
                      delivery.urgency,
                      delivery.topic,
                      *std::move(body)};
  outlet_.send(std::move(request), [this, name, pending = std::move(pending)](const PushAnswer& answer) mutable {
    on_answer(name, std::move(pending), answer);
  });
}

void Deliveries::on_answer(const std::string& name, Pending sent, const PushAnswer& answer) {
  const auto found = lines_.find(name);
  Line& line = found->second;
  line.under_way = false;
  const std::string endpoint = sent.delivery.subscription.endpoint;
  switch (outcome_of(answer.status)) {
    case Outcome::taken:
      ++counters_.sent;
      break;
    case Outcome::gone:
      ++counters_.gone;
      line.next.reset();
      gone_(endpoint);
      break;
    case Outcome::later:
      if (try_again(line, name, std::move(sent), answer)) return;
      break;
    case Outcome::never:
      ++counters_.failed;
      log_failure(sent.delivery, answer, "a push service refused a push");
      break;
  }
  if (line.next) return start(name);
  end(found, endpoint);
}

bool Deliveries::try_again(Line& line, const std::string& name, Pending sent, const PushAnswer& answer) {
  if (line.next) return false; // something newer is to be said
  if (++sent.tries >= limits::push_tries_max) {
    ++counters_.failed;
    log_failure(sent.delivery, answer, "a push could not be sent");
    return false;
  }
  wire::Duration delay = rules_.retry_delay;
  for (int i = 1; i < sent.tries; ++i) delay *= 4;
  // As long as the service asks, but not until nobody remembers.
  const wire::Duration asked = wire::seconds(std::min<std::int64_t>(answer.retry_after_s.value_or(0), 24 * 3600));
  delay = std::min(std::max(delay, asked), limits::push_retry_delay_max);
  ++counters_.retried;
  sent.due = time_.now() + delay;
  line.next = std::move(sent);
  wait_until(line.next->due, name);
  return true;
}

void Deliveries::wait_until(wire::TimePoint due, const std::string& name) {
  due_.emplace(due, name);
  arm();
}

void Deliveries::on_time() {
  const wire::TimePoint now = time_.now();
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::string name = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    const auto found = lines_.find(name);
    if (found == lines_.end() || found->second.under_way || found->second.next->due > now) continue;
    start(name);
  }
  arm();
}

void Deliveries::arm() {
  if (!due_.empty()) time_.wake(due_.begin()->first);
}

} // namespace mentara::push
