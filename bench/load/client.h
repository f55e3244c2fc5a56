#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bench/load/options.h"
#include "bench/load/packet.h"
#include "wire/base/result.h"

// One client of the server: Engine.IO open, Socket.IO CONNECT, then packets. Bytes in, bytes out; no socket and no
// clock. How packets travel is the part that differs: websocket_client.h, polling_client.h.
namespace load {

struct Target {
  std::string host; // of the Host header, with the port
  std::string path;
  std::string nsp;
  Framing framing = Framing::websocket;
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

  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  State state() const { return state_; }

  // To send, in order; the caller takes from the front what the socket took.
  std::string& out() { return out_; }
  virtual void send_frame(std::string_view frame) = 0; // as EventFrame makes it for this framing

  virtual void leave() = 0; // disconnects the namespace and closes, as socket.disconnect() does

  // An error says what the server did that ends this client.
  virtual Result<void, std::string> on_bytes(std::string_view bytes, Events& events) = 0;

 protected:
  Client(const Target& target, std::string_view auth) : target_(target), auth_(auth) {}

  virtual void send_packet(std::string_view packet) = 0;
  Result<void, std::string> on_packet(std::string_view text, Events& events);

  const Target& target_;
  std::string_view auth_;
  State state_ = State::upgrading;
  std::string out_;
};

std::unique_ptr<Client> make_client(const Target& target, std::string_view auth); // both must outlive the client

std::string shortened(std::string_view text); // for what a server said

} // namespace load
