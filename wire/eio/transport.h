#pragma once

#include <string_view>

#include "wire/base/pressure.h"
#include "wire/eio/packet.h"

namespace wire::eio {

// What close() says of its reason, over a transport that has words for it.
enum class Farewell : unsigned char {
  none,
  blame,   // the peer did what nobody may
  restart, // this server stops; another one, or the same again, takes the peer in
};

// How a session's packets reach the client. It always takes what it is given: in order, and bounded by the session,
// which asks for pressure().
class Transport {
 public:
  virtual ~Transport() = default;

  virtual TransportName name() const = 0;
  // A packet that is sent now leaves at once; false means that it waits behind others or for the next poll. Drives
  // `volatile`.
  virtual bool writable() const = 0;
  virtual Pressure pressure() const = 0;

  virtual void send(PacketType type, std::string_view data) = 0;
  virtual void send_binary(std::string_view bytes) = 0;
  virtual void send(const SharedPacket& packet) = 0;

  // Session::on_flush() is to be called at the end of the turn, although nothing may be sent. A transport that brings
  // proof without a ping does nothing.
  virtual void request_flush() {}

  // Sends what is queued and ends. False: that waits for the client's next poll, and then Session::on_flushed() is
  // called. Harmless when it is called again.
  virtual bool close() = 0;
  virtual void set_farewell(Farewell) {} // what close() says from now on; a transport without words says nothing
  virtual void abort() = 0;              // now, whatever is queued
};

} // namespace wire::eio
