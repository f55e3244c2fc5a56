#pragma once

#include <utility>

#include "mentara/domain/callbacks.h"
#include "wire/base/log_scope.h"
#include "wire/net/loop.h"

namespace mentara::connections {

// The way to the loop on which services live, and back. With one loop there is no hop. What is logged on the way says
// on behalf of which connection it is.
class Home {
 public:
  explicit Home(wire::net::Loop& loop) : loop_(loop) {}

  wire::net::Loop& loop() const { return loop_; }

  // Runs `f` on the home loop: now if `from`, the caller's loop, is the home loop.
  template <class F>
  void run(wire::net::Loop& from, F f) const {
    if (&from == &loop_) {
      f();
    } else {
      loop_.post([f = std::move(f), connection = wire::LogScope::connection()]() mutable {
        const wire::LogScope scope(connection);
        f();
      });
    }
  }

  // A Done for a service, given on the home loop, whose answer arrives on `back`.
  template <class T, class F> // f(Result<T, Failure>)
  Done<T> answer_on(wire::net::Loop& back, F f) const {
    return [home = &loop_, &back, f = std::move(f),
            connection = wire::LogScope::connection()](wire::Result<T, Failure> result) mutable {
      auto answer = [f = std::move(f), connection](wire::Result<T, Failure> answered) mutable {
        const wire::LogScope scope(connection);
        f(std::move(answered));
      };
      if (home == &back) {
        answer(std::move(result));
      } else {
        back.post([answer = std::move(answer), result = std::move(result)]() mutable { answer(std::move(result)); });
      }
    };
  }

 private:
  wire::net::Loop& loop_;
};

} // namespace mentara::connections
