#include "wire/net/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "wire/net/native.h"
#include "wire/net/write_queue.h"

namespace wire::net {
namespace {

constexpr std::size_t read_buffer_bytes = 256 * 1024;
constexpr std::size_t decrypted_buffer_bytes = read_buffer_bytes + 32 * 1024; // and a record that was begun before
constexpr int events_per_turn_max = 1024; // so that timers and writes get their turn under any load
constexpr Duration longest_wait = seconds(1);

} // namespace

struct Loop::Posted {
  std::mutex mutex;
  std::vector<UniqueFunction<void()>> tasks;
  std::atomic<bool> stopping{false};
};

Loop::Loop(int index, const UnsentLimits& unsent, TimePoint now)
    : index_(index),
      unsent_limits_(unsent),
      write_pool_(std::make_unique<WritePool>()),
      native_(std::make_unique<Native>()),
      now_(now),
      timers_(now_),
      read_buffer_(read_buffer_bytes),
      posted_(std::make_unique<Posted>()) {}

Loop::~Loop() = default;

std::span<char> Loop::decrypted_buffer() {
  if (decrypted_buffer_.empty()) decrypted_buffer_.resize(decrypted_buffer_bytes);
  return decrypted_buffer_;
}

void Loop::post(UniqueFunction<void()> task) {
  bool first;
  {
    std::lock_guard lock(posted_->mutex);
    first = posted_->tasks.empty();
    posted_->tasks.push_back(std::move(task));
  }
  if (first) asio::post(native_->context, [this] { run_posted(); }); // one wake-up for many tasks
}

void Loop::run_posted() {
  std::vector<UniqueFunction<void()>> tasks;
  {
    std::lock_guard lock(posted_->mutex);
    tasks.swap(posted_->tasks);
  }
  begin_event();
  for (auto& task : tasks) task();
}

void Loop::stop() {
  post([this] { posted_->stopping = true; });
}

std::size_t Loop::unsent_bytes() const { return write_pool_->queued_bytes(); }

void Loop::at_turn_end(std::shared_ptr<TurnEnd> hook) {
  if (hook->scheduled_) return;
  hook->scheduled_ = true;
  ending_.push_back(std::move(hook));
}

void Loop::end_turn() {
  while (!ending_.empty()) {
    ending_now_.swap(ending_);
    for (auto& hook : ending_now_) {
      hook->scheduled_ = false;
      hook->on_turn_end();
    }
    ending_now_.clear();
  }
}

void Loop::turn_at(TimePoint now) {
  now_ = now;
  turn_begun_ = true; // so that no event looks at the clock
  native_->context.restart();
  native_->context.poll();
  timers_.advance(now_);
  end_turn();
}

std::optional<TimePoint> Loop::next_turn() const {
  std::lock_guard lock(posted_->mutex);
  if (!posted_->tasks.empty() || !ending_.empty()) return now_;
  return timers_.next_wake();
}

void Loop::run() {
  const auto work = asio::make_work_guard(native_->context);
  asio::io_context& context = native_->context;
  context.restart();
  posted_->stopping = false;
  end_turn(); // what was queued before run()
  while (!posted_->stopping) {
    now_ = Clock::now();
    Duration wait = longest_wait;
    if (const auto wake = timers_.next_wake()) wait = std::clamp(*wake - now_, Duration::zero(), longest_wait);
    turn_begun_ = false;
    if (context.run_one_for(wait) > 0) {
      for (int handled = 1; handled < events_per_turn_max && context.poll_one() > 0; ++handled) {
      }
    }
    now_ = Clock::now();
    timers_.advance(now_);
    end_turn();
  }
}

} // namespace wire::net
