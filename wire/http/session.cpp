#include "wire/http/session.h"

#include <algorithm>
#include <utility>

#include "wire/base/check.h"

namespace wire::http {

Session::Session(const Options& options, Peer peer, TimePoint now)
    : options_(options), parser_(options, peer), deadline_(now + options.header_read_timeout) {}

void Session::receive(std::string_view bytes, TimePoint now) {
  if (state_ == State::closed) return;
  if (state_ == State::body) {
    // What is sent fast earns patience, but no more than twice the grace.
    const auto earned = std::chrono::duration_cast<Duration>(seconds(1)) * static_cast<Duration::rep>(bytes.size()) /
                        static_cast<Duration::rep>(std::max<std::size_t>(options_.body_rate_bytes_min, 1));
    deadline_ = std::min(*deadline_ + earned, now + 2 * options_.body_rate_grace);
  }
  if (begin_ > 0) {
    input_.erase(0, begin_);
    begin_ = 0;
  }
  input_.append(bytes);
}

void Session::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ < input_.size()) return;
  input_ = {}; // with its memory: an idle connection holds none
  begin_ = 0;
}

Session::Step Session::next(TimePoint now) {
  switch (state_) {
    case State::idle:
      if (unread().empty()) return Step::wait;
      state_ = State::reading_head;
      deadline_ = now + options_.header_read_timeout;
      return read();
    case State::head:
      state_ = State::body;
      deadline_ = now + options_.body_rate_grace;
      continue_sent_ = !parser_.expects_continue();
      return read();
    case State::reading_head:
    case State::body:
      return read();
    case State::answer:
    case State::closed:
      break;
  }
  return Step::wait;
}

Session::Step Session::read() {
  std::string_view input = unread();
  const std::size_t before = input.size();
  const auto progress = parser_.parse(input);
  const std::size_t taken = before - input.size();
  if (!progress) {
    if (progress.error() == ParseError::content_too_large) return Step::too_large;
    return fail(static_cast<int>(progress.error()));
  }
  consume(taken);
  switch (*progress) {
    case RequestParser::Progress::head:
      state_ = State::head;
      deadline_.reset();
      return Step::head;
    case RequestParser::Progress::complete:
      state_ = State::answer;
      deadline_.reset();
      return Step::request;
    case RequestParser::Progress::need_more:
      break;
  }
  // RFC 9110 §10.1.1: not when the body is on its way already.
  if (state_ == State::body && !std::exchange(continue_sent_, true) && taken == 0 && before == 0) return Step::go_on;
  return Step::wait;
}

Session::Step Session::on_tick(TimePoint now) {
  if (!deadline_ || now < *deadline_) return Step::wait;
  deadline_.reset();
  const bool asked = state_ != State::idle && (state_ != State::reading_head || parser_.begun());
  if (asked) return fail(408);
  state_ = State::closed;
  return Step::expired;
}

Session::Step Session::fail(int status) {
  state_ = State::closed;
  failure_status_ = status;
  deadline_.reset();
  input_ = {};
  begin_ = 0;
  return Step::failed;
}

void Session::answer(const Response& response, TimePoint now, std::string_view date, std::string& out) {
  check(unanswered(), "an answer without a request");
  const Request& asked = request();
  const bool keep_alive = complete() && asked.keep_alive && !response.close && !last_;
  append_response(out, response,
                  {.keep_alive = keep_alive,
                   .http_1_0 = parser_.is_http_1_0(),
                   .head_request = asked.method == "HEAD",
                   .date = date});
  parser_.reset();
  state_ = keep_alive ? State::idle : State::closed;
  deadline_.reset();
  if (keep_alive) {
    deadline_ = now + options_.keep_alive_timeout;
  } else {
    input_ = {};
    begin_ = 0;
  }
}

std::string Session::take_unread() {
  std::string bytes = std::exchange(input_, {}).substr(begin_);
  begin_ = 0;
  return bytes;
}

std::string Session::take_all() {
  check(state_ == State::head, "only in on_head a request can move");
  return parser_.raw_head() + take_unread();
}

std::string_view Session::continue_response() { return "HTTP/1.1 100 Continue\r\n\r\n"; }

std::string Session::failure_response(std::string_view date) const {
  std::string out;
  const Response response{failure_status_,
                          {{"Content-Type", "text/plain; charset=utf-8"}},
                          std::string(reason_phrase(failure_status_)) + "\n"};
  append_response(out, response, {.keep_alive = false, .date = date});
  return out;
}

} // namespace wire::http
