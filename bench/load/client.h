#pragma once

#include <string>
#include <string_view>

#include "bench/load/frame.h"
#include "bench/load/packet.h"
#include "wire/base/result.h"

// One client of the server: WebSocket handshake, Engine.IO open, Socket.IO CONNECT, then packets. Bytes in, bytes out;
// no socket and no clock.
namespace load {

struct Target {
  std::string host; // of the Host header, with the port
  std::string path;
  std::string nsp;
};

class Client {
 public:
  enum class State { upgrading, opening, connecting, connected, leaving, closed };

  // What on_bytes() found for its caller. Views point into the received bytes.
  class Events {
   public:
    virtual void on_connected() = 0;
    virtual void on_ack(std::uint64_t id, std::string_view arguments) = 0;
    virtual void on_event(std::string_view event_and_arguments) = 0;

   protected:
    ~Events() = default;
  };

  Client(const Target& target, std::string_view auth); // both must outlive the client

  State state() const { return state_; }

  // To send, in order; the caller takes from the front what the socket took.
  std::string& out() { return out_; }
  void send_frame(std::string_view frame) { out_ += frame; } // already framed

  void leave(); // disconnects the namespace and closes, as socket.disconnect() does

  // An error says what the server did that ends this client.
  Result<void, std::string> on_bytes(std::string_view bytes, Events& events);

 private:
  Result<std::size_t, std::string> on_head(std::string_view bytes); // bytes consumed
  Result<std::size_t, std::string> on_frame(std::string_view bytes, Events& events);
  Result<void, std::string> on_packet(const Packet& packet, Events& events);

  const Target& target_;
  std::string_view auth_;
  State state_ = State::upgrading;
  std::string rest_; // of a frame of which more is to come
  std::string out_;
};

} // namespace load
