#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/unique_function.h"
#include "wire/sio/adapter.h"
#include "wire/sio/broadcast.h"
#include "wire/sio/handlers.h"
#include "wire/sio/socket.h"

namespace wire::sio {

class Server;

// A channel of its own over the shared connections: its sockets, rooms and handlers, on one loop. Lives as long as the
// server; a child of a parent namespace may be cleaned up when its last socket has left, so keep no reference to one.
class Namespace final : public Handlers, public std::enable_shared_from_this<Namespace> {
 public:
  // `parent`: whose handlers hold here as well; none for a namespace that was made by name.
  Namespace(Server& server, std::string name, Cluster* cluster, std::shared_ptr<Handlers> parent = nullptr);

  const std::string& name() const { return adapter_.nsp(); }
  Server& server() { return server_; }
  Adapter& adapter() { return adapter_; }
  bool is_child() const { return parent_ != nullptr; }

  Broadcast broadcast() { return Broadcast(adapter_); }
  Broadcast to(std::string_view room) { return broadcast().to(room); }
  Broadcast except(std::string_view room) { return broadcast().except(room); }
  template <class... T>
  void emit(std::string_view event, const T&... arguments) {
    broadcast().emit(event, arguments...);
  }
  template <class... T>
  void send(const T&... arguments) {
    emit("message", arguments...);
  }
  std::size_t socket_count() const { return adapter_.socket_count(); }
  bool empty() const { return sockets_ == 0; } // nobody is here, nor about to be

 private:
  friend class Client;
  friend class Socket;

  void run_middlewares(std::shared_ptr<Socket> socket, std::size_t index,
                       UniqueFunction<void(std::optional<ConnectError>)> done);
  void told_connection(Socket& socket);
  void told_any(Socket& socket, std::string_view event, const Args& args);
  void on_event(Socket& socket, std::string_view event, const Args& args, Ack ack);
  void told_receipt(Socket& socket, std::uint64_t receipt);
  void told_drained(Socket& socket);
  void told_disconnecting(Socket& socket, DisconnectReason reason);
  void told_disconnect(Socket& socket, DisconnectReason reason);
  template <class F> // f(Handlers&): the parent's, then its own
  void for_each_level(F&& f);

  Server& server_;
  Adapter adapter_;
  const std::shared_ptr<Handlers> parent_;
  std::size_t sockets_ = 0; // connecting ones as well
};

} // namespace wire::sio
