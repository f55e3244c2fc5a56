#include "wire/redis/session.h"

#include <utility>

#include "wire/base/check.h"

namespace wire::redis {
namespace {

using Words = std::initializer_list<std::string_view>;
std::span<const std::string_view> span(const Words& words) { return {words.begin(), words.size()}; }

} // namespace

void Session::on_connected(TimePoint now) {
  state_ = State::logging_in;
  heard_at_ = now;
  wake_at_ = now + limits::redis_reply_timeout;
  send_login();
}

void Session::send_login() {
  if (!login_.password.empty()) {
    ++login_replies_;
    if (login_.user.empty()) {
      send(span({"AUTH", login_.password}));
    } else {
      send(span({"AUTH", login_.user, login_.password}));
    }
  }
  if (!login_.name.empty()) {
    ++login_replies_;
    send(span({"CLIENT", "SETNAME", login_.name}));
  }
  if (login_.database != 0) {
    ++login_replies_;
    send(span({"SELECT", std::to_string(login_.database)}));
  }
  ++login_replies_; // a server that wants a password lets nobody ping
  send(span({"PING"}));
}

void Session::send(std::span<const std::string_view> words) {
  std::string bytes;
  append_command(bytes, words);
  outbox_.send(bytes);
}

void Session::command(std::span<const std::string_view> words, OnReply on_reply) {
  check(ready() && !subscribed_, "a command to a Redis session that takes none");
  waiting_.push_back(std::move(on_reply));
  send(words);
}

void Session::subscribe(std::string_view channel, OnReply on_subscribed) {
  check(ready(), "a subscription on a Redis session that is not ready");
  subscribed_ = true;
  subscribing_.insert_or_assign(std::string(channel), std::move(on_subscribed));
  send(span({"SUBSCRIBE", channel}));
}

void Session::subscribe_pattern(std::string_view pattern, OnReply on_subscribed) {
  check(ready(), "a subscription on a Redis session that is not ready");
  subscribed_ = true;
  subscribing_.insert_or_assign(std::string(pattern), std::move(on_subscribed));
  send(span({"PSUBSCRIBE", pattern}));
}

void Session::on_bytes(std::string_view bytes, TimePoint now) {
  if (state_ == State::failed) return;
  heard_at_ = now;
  pinged_ = false;
  if (state_ == State::ready) wake_at_ = now + limits::redis_ping_interval;
  parser_.feed(bytes);
  while (state_ != State::failed) {
    const auto next = parser_.next();
    if (!next) return fail(describe(next.error()));
    if (!*next) return;
    state_ == State::logging_in ? on_login_reply(**next) : on_reply(**next);
  }
}

void Session::on_login_reply(const Reply& reply) {
  if (reply.is_error()) return fail("Redis refused the login: " + reply.text);
  if (--login_replies_ > 0) return;
  state_ = State::ready;
  wake_at_ = heard_at_ + limits::redis_ping_interval;
  outbox_.on_ready();
}

bool Session::on_push(const Reply& reply) {
  if (reply.type != ReplyType::array || reply.elements.size() < 3) return false;
  const std::string& kind = reply.elements[0].text;
  if (kind == "message") {
    outbox_.on_message(reply.elements[1].text, reply.elements[2].text);
  } else if (kind == "pmessage" && reply.elements.size() == 4) {
    outbox_.on_message(reply.elements[2].text, reply.elements[3].text);
  } else if (kind == "subscribe" || kind == "psubscribe") {
    if (auto found = subscribing_.extract(reply.elements[1].text); found && found.mapped()) found.mapped()(&reply);
  } else {
    return false;
  }
  return true;
}

void Session::on_reply(const Reply& reply) {
  if (subscribed_) {
    if (on_push(reply) || !reply.is_error()) return; // else the answer to a ping
    return fail("Redis refused a subscription: " + reply.text);
  }
  if (waiting_.empty()) return fail("a reply that nobody waits for");
  OnReply on_reply = std::move(waiting_.front());
  waiting_.pop_front();
  if (on_reply) on_reply(&reply);
}

void Session::on_tick(TimePoint now) {
  if (state_ == State::failed || state_ == State::connecting || now < wake_at_) return;
  if (state_ == State::logging_in || pinged_) return fail("Redis does not answer");
  pinged_ = true;
  wake_at_ = now + limits::redis_reply_timeout;
  if (!subscribed_) waiting_.emplace_back();
  send(span({"PING"}));
}

void Session::fail(std::string why) {
  state_ = State::failed;
  outbox_.fail(std::move(why));
}

void Session::on_closed() {
  state_ = State::failed;
  for (OnReply& on_reply : std::exchange(waiting_, {})) {
    if (on_reply) on_reply(nullptr);
  }
  for (auto& [channel, on_subscribed] : std::exchange(subscribing_, {})) {
    if (on_subscribed) on_subscribed(nullptr);
  }
}

} // namespace wire::redis
