#pragma once

#include <string>
#include <utility>

#include "wire/sio/server.h"

namespace wire::cluster {

// The way back to who asked, from whichever loop; a namespace that is gone asks no more.
class ReplyTo {
 public:
  ReplyTo(sio::Server& server, std::string nsp) : server_(&server), nsp_(std::move(nsp)) {}

  template <class F> // f(sio::Requests&) on the asking loop
  void operator()(F f) const {
    server_->loop().post([server = server_, nsp = nsp_, f = std::move(f)]() mutable {
      if (sio::Namespace* there = server->find(nsp)) f(there->adapter().requests());
    });
  }

 private:
  sio::Server* server_;
  std::string nsp_;
};

} // namespace wire::cluster
