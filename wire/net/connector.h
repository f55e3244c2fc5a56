#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "wire/base/result.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"
#include "wire/net/connection.h"
#include "wire/net/loop.h"
#include "wire/net/tls_trust.h"

namespace wire::net {

struct ConnectError {
  std::string text; // "cannot connect to redis:6379: connection refused"
};

// Opens connections to others: looks the name up (without holding up the loop) and tries its addresses in turn.
class Connector {
 public:
  using OnConnected = UniqueFunction<void(Result<std::shared_ptr<Connection>, ConnectError>)>;

  explicit Connector(Loop& loop) : loop_(loop) {}
  ~Connector() { cancel(); }
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // One at a time: what was begun before is cancelled. `on_connected` is called once, never before this returns, unless
  // it is cancelled. With `trust` the connection is encrypted, and its handshake begins with its handler.
  void connect(const std::string& host, std::uint16_t port, Duration timeout, OnConnected on_connected,
               std::shared_ptr<const TlsTrust> trust = nullptr);
  void cancel(); // nobody is told

 private:
  struct Attempt;
  Loop& loop_;
  std::shared_ptr<Attempt> attempt_;
};

} // namespace wire::net
