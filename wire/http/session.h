#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/time.h"
#include "wire/http/message.h"
#include "wire/http/message_codec.h"
#include "wire/http/options.h"

namespace wire::http {

// One HTTP/1.1 connection of a server: bytes in, requests and answers out, one request at a time. It holds what came
// behind the current request until that is answered.
class Session {
 public:
  // What next() and on_tick() find; the caller acts on it before it asks again.
  enum class Step {
    wait,      // for bytes, for answer(), or for the deadline
    head,      // request() is there, its body is still to come
    go_on,     // the peer waits for continue_response() before it sends the body
    too_large, // the body is over its limit: answer(), with 413
    request,   // request() is complete: answer()
    failed,    // the peer broke the protocol or was too slow: send failure_response(), close
    expired,   // no request came: close
  };

  Session(const Options& options, Peer peer, TimePoint now); // both must outlive it

  void receive(std::string_view bytes, TimePoint now);
  Step next(TimePoint now);
  Step on_tick(TimePoint now); // only at the deadline, it finds something
  std::optional<TimePoint> deadline() const { return deadline_; }

  const Request& request() const { return parser_.request(); } // between `head` and answer()
  void set_body_bytes_max(std::size_t bytes_max) { parser_.set_body_bytes_max(bytes_max); }
  bool unanswered() const { return state_ == State::head || state_ == State::body || state_ == State::answer; }
  bool complete() const { return state_ == State::answer || (state_ == State::head && !parser_.body_expected()); }
  bool idle() const { return state_ == State::idle && unread().empty(); }

  // Appends the answer to `out`. Afterwards the connection waits for the next request, or is closed().
  void answer(const Response& response, TimePoint now, std::string_view date, std::string& out);
  void close_after_answer() { last_ = true; }
  bool closed() const { return state_ == State::closed; }

  // More would only be kept: do not read until the current request is answered.
  bool full() const { return unread().size() >= options_.pipelined_bytes_max; }

  std::string take_unread(); // what came behind the current request
  std::string take_all();    // the request's head, too; before its body was looked at

  static std::string_view continue_response();
  std::string failure_response(std::string_view date) const;
  int failure_status() const { return failure_status_; }

 private:
  enum class State {
    idle, // between requests; none of the next one's bytes were looked at
    reading_head,
    head, // `head` was returned
    body,
    answer, // the request is complete
    closed,
  };

  std::string_view unread() const { return std::string_view(input_).substr(begin_); }
  Step read();
  Step fail(int status);
  void consume(std::size_t bytes);

  // constant after construction
  const Options& options_;

  RequestParser parser_;
  State state_ = State::idle;
  bool last_ = false;          // no request after this one
  bool continue_sent_ = false; // or not needed
  int failure_status_ = 0;
  std::string input_;
  std::size_t begin_ = 0; // of what is unread in input_
  std::optional<TimePoint> deadline_;
};

} // namespace wire::http
