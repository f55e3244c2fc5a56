#pragma once

#include "mentara/auth/token_life.h"
#include "mentara/domain/time.h"
#include "wire/net/loop.h"
#include "wire/sio/socket.h"

namespace mentara::gateways {

// Waits for the end of a socket's token: tells the client before, ends the socket after. Lives in the socket's state,
// so it goes with it.
class TokenWatch final : private wire::net::WheelTimer {
 public:
  explicit TokenWatch(wire::sio::Socket& socket) : socket_(socket) {}

  void begin(UnixTime expires_at, UnixTime wall_now); // again with each new token

 private:
  void on_timer(wire::TimePoint now) override;
  void arm();

  wire::sio::Socket& socket_;
  auth::TokenLife life_;
  UnixTime expires_at_{};
};

} // namespace mentara::gateways
