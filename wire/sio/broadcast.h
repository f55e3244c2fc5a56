#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "wire/base/limits.h"
#include "wire/sio/adapter.h"
#include "wire/sio/payload.h"

namespace wire::sio {

// An emit to many: `nsp.to("room").except("other").emit("event", …)`. Each step gives a changed copy.
class Broadcast {
 public:
  explicit Broadcast(Adapter& adapter, BroadcastOptions options = {})
      : adapter_(&adapter), options_(std::move(options)) {}

  Broadcast to(std::string_view room) const {
    Broadcast copy = *this;
    copy.options_.rooms.emplace_back(room);
    return copy;
  }
  Broadcast in(std::string_view room) const { return to(room); }
  Broadcast except(std::string_view room) const {
    Broadcast copy = *this;
    copy.options_.except.emplace_back(room);
    return copy;
  }
  // Among the flags, that of an ack's deadline is the first argument of emit_with_ack().
  Broadcast volatile_() const {
    Broadcast copy = *this;
    copy.options_.flags.is_volatile = true;
    return copy;
  }
  // Not in Socket.IO: like an ordinary event for who keeps up, polling or not, and dropped for who does not.
  Broadcast ephemeral() const {
    Broadcast copy = *this;
    copy.options_.flags.is_ephemeral = true;
    return copy;
  }
  Broadcast compress(bool on) const {
    Broadcast copy = *this;
    copy.options_.flags.compress = on;
    return copy;
  }
  Broadcast local() const {
    Broadcast copy = *this;
    copy.options_.flags.local = true;
    return copy;
  }

  template <class... T>
  void emit(std::string_view event, const T&... arguments) const {
    emit_payload(event, Payload::of(arguments...));
  }
  template <class... T>
  void send(const T&... arguments) const {
    emit("message", arguments...);
  }
  void emit_payload(std::string_view event, const Payload& payload) const { adapter_->emit(event, payload, options_); }
  // The handler is called once, maybe before this returns: when everybody has answered, or after `timeout` with what
  // came until then.
  template <class... T>
  void emit_with_ack(Duration timeout, AnswersHandler handler, std::string_view event, const T&... arguments) const {
    adapter_->emit_with_ack(event, Payload::of(arguments...), options_, timeout, std::move(handler));
  }
  // Whom it would reach, on all loops; likewise called once.
  void fetch_sockets(SocketsHandler handler, Duration timeout = limits::cluster_request_timeout) const {
    adapter_->fetch_sockets(options_, timeout, std::move(handler));
  }

  void sockets_join(std::string_view room) const { adapter_->sockets_join(options_, {std::string(room)}); }
  void sockets_leave(std::string_view room) const { adapter_->sockets_leave(options_, {std::string(room)}); }
  void disconnect_sockets(bool close = false) const { adapter_->disconnect_sockets(options_, close); }

 private:
  Adapter* adapter_;
  BroadcastOptions options_;
};

} // namespace wire::sio
