#pragma once

#include <utility>

#include "mentara/connections/home.h"
#include "mentara/requests/reply.h"
#include "wire/base/json.h"
#include "wire/net/loop.h"

namespace mentara::requests {

// Brings requests of one loop to the services on the home loop, and their answers back.
class HomeRequests {
 public:
  HomeRequests(const connections::Home& home, wire::net::Loop& loop) : home_(home), loop_(loop) {}

  // `ask(Done<T>)` on the home loop; `to_ack(const T&)`, back on this one, gives a payload that may borrow.
  template <class T, class Ask, class ToAck>
  void ask(Reply reply, Ask ask, ToAck to_ack) const {
    run<T>(std::move(ask), [reply = std::move(reply), to_ack](wire::Result<T, Failure> result) mutable {
      if (!result) return reply(std::move(result.error()));
      reply(wire::to_json(to_ack(*result)));
    });
  }
  // `then(Result<T, Failure>)`, back on this loop.
  template <class T, class Ask, class Then>
  void run(Ask ask, Then then) const {
    home_.run(loop_, [this, ask = std::move(ask), then = std::move(then)]() mutable {
      ask(home_.answer_on<T>(loop_, std::move(then)));
    });
  }

 private:
  const connections::Home& home_;
  wire::net::Loop& loop_;
};

} // namespace mentara::requests
