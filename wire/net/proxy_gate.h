#pragma once

#include <memory>
#include <optional>

#include "wire/base/result.h"
#include "wire/base/unique_function.h"
#include "wire/net/endpoint.h"
#include "wire/net/loop.h"
#include "wire/net/owned_socket.h"
#include "wire/net/proxy_header.h"

namespace wire::net {

// Takes the header of the PROXY protocol off a connection, and nothing that comes behind it. On its loop.
class ProxyGate {
 public:
  struct Passed {
    OwnedSocket socket;
    std::optional<Endpoint> source; // none: the connection is the proxy's own
  };
  // Called once, never from open(), unless close() comes before.
  using OnDone = UniqueFunction<void(Result<Passed, ProxyError>)>;

  static std::shared_ptr<ProxyGate> open(Loop& loop, OwnedSocket socket, OnDone on_done);
  void close(); // nobody is told

 private:
  struct Impl;
  explicit ProxyGate(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

} // namespace wire::net
