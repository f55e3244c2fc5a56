#pragma once

#include <string>
#include <string_view>

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
  Broadcast volatile_() const {
    Broadcast copy = *this;
    copy.options_.flags.is_volatile = true;
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
  void emit_payload(std::string_view event, const Payload& payload) const {
    adapter_->broadcast(encode_event(adapter_->nsp(), event, payload, options_.flags.compress), options_);
  }

  void sockets_join(std::string_view room) const { adapter_->sockets_join(options_, {std::string(room)}); }
  void sockets_leave(std::string_view room) const { adapter_->sockets_leave(options_, {std::string(room)}); }
  void disconnect_sockets(bool close = false) const { adapter_->disconnect_sockets(options_, close); }

 private:
  Adapter* adapter_;
  BroadcastOptions options_;
};

} // namespace wire::sio
