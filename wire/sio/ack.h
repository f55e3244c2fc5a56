#pragma once

#include <cstdint>
#include <memory>

#include "wire/sio/payload.h"

namespace wire::sio {

class Socket;

// The answer that an event asks for, if it does. May be kept and given later, on the socket's loop; at most once; when
// the socket is gone it goes nowhere.
class Ack {
 public:
  Ack() = default;
  Ack(std::weak_ptr<Socket> socket, std::uint64_t id) : socket_(std::move(socket)), id_(id), wanted_(true) {}
  Ack(Ack&& other) noexcept;
  Ack& operator=(Ack&& other) noexcept;

  explicit operator bool() const { return wanted_; } // the client waits for it
  template <class... T>
  void operator()(const T&... arguments) {
    if (wanted_) send(Payload::of(arguments...));
  }
  void send(const Payload& payload);

 private:
  std::weak_ptr<Socket> socket_;
  std::uint64_t id_ = 0;
  bool wanted_ = false;
};

} // namespace wire::sio
