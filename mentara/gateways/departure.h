#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mentara/domain/failure.h"
#include "wire/base/time.h"
#include "wire/net/loop.h"
#include "wire/sio/namespace.h"

namespace mentara::gateways {

// How the connections of a server that stops leave it, on one loop: all are told at once, each when it may come back;
// then they are closed one after the other, so that whoever takes them in is not overrun, and each only when everything
// that it had asked is answered.
class Departure {
 public:
  explicit Departure(wire::net::Loop& loop) : loop_(loop), timer_(loop, [this] { on_time(); }) {}
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

  void add(wire::sio::Namespace& nsp) { namespaces_.push_back(&nsp); } // before the loops run; with Callers

  // On the loop. The last ones are told to leave after `window`; at `deadline` nobody is waited for any more.
  void begin(wire::Duration window, wire::Duration deadline, std::function<void()> done);
  std::size_t connections() const; // that are there, for begin()

  // The answer to what is asked by who is about to be closed.
  static Failure leaving();

  // Over how long this many should be spread, when so many other nodes take them in.
  static wire::Duration window(std::size_t connections, std::size_t other_nodes, wire::Duration deadline);

 private:
  struct Leaving {
    wire::TimePoint at;
    std::vector<std::weak_ptr<wire::sio::Socket>> sockets{}; // of one connection
  };
  void on_time();
  bool let_go(const Leaving& connection, bool at_once) const; // false: it is still owed an answer

  wire::net::Loop& loop_;
  std::vector<wire::sio::Namespace*> namespaces_;
  std::vector<Leaving> waiting_; // in the order of leaving, the last one first
  std::vector<Leaving> owed_;    // told to leave, and answers are still due
  wire::TimePoint deadline_{};
  std::function<void()> done_;
  wire::net::Timer timer_;
};

} // namespace mentara::gateways
