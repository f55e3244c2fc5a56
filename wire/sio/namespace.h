#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/base/hash.h"
#include "wire/base/unique_function.h"
#include "wire/sio/adapter.h"
#include "wire/sio/broadcast.h"
#include "wire/sio/socket.h"

namespace wire::sio {

class Server;

// Why a client may not connect to a namespace: CONNECT_ERROR {message, data?}.
struct ConnectError {
  std::string message;
  std::string data; // JSON text; empty: none
};

// Calls the next middleware, or refuses. Call it once, now or later, on the loop; dropped without a call, it refuses.
class Next {
 public:
  explicit Next(UniqueFunction<void(std::optional<ConnectError>)> done) : done_(std::move(done)) {}
  Next(Next&&) noexcept = default;
  Next& operator=(Next&&) = delete;
  ~Next() {
    if (done_) refuse({"internal", {}});
  }
  void operator()() { finish(std::nullopt); }
  void refuse(ConnectError error) { finish(std::move(error)); }

 private:
  void finish(std::optional<ConnectError> error) {
    if (auto done = std::exchange(done_, nullptr)) done(std::move(error));
  }
  UniqueFunction<void(std::optional<ConnectError>)> done_;
};

using Middleware = UniqueFunction<void(Socket&, Next)>;

// A channel of its own over the shared connections: its sockets, rooms and handlers, on one loop.
class Namespace {
 public:
  Namespace(Server& server, std::string name, Cluster* cluster);
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  const std::string& name() const { return adapter_.nsp(); }
  Server& server() { return server_; }
  Adapter& adapter() { return adapter_; }

  // Who may connect; in the order of registration, the first refusal holds.
  void use(Middleware middleware) { middlewares_.push_back(std::move(middleware)); }
  void on_connection(UniqueFunction<void(Socket&)> handler) { on_connection_.push_back(std::move(handler)); }

  // For every socket of the namespace. A later handler of the same event takes the place of the earlier one.
  void on(std::string_view event, EventHandler handler);
  // Events that nobody handles; without it they are ignored.
  void on_unhandled(UniqueFunction<void(Socket&, std::string_view event, const Args&, Ack)> handler) {
    on_unhandled_ = std::move(handler);
  }
  // Every event, before its handler.
  void on_any(UniqueFunction<void(Socket&, std::string_view event, const Args&)> handler) {
    on_any_.push_back(std::move(handler));
  }
  void on_disconnecting(UniqueFunction<void(Socket&, DisconnectReason)> handler) {
    on_disconnecting_.push_back(std::move(handler));
  }
  void on_disconnect(UniqueFunction<void(Socket&, DisconnectReason)> handler) {
    on_disconnect_.push_back(std::move(handler));
  }

  Broadcast broadcast() { return Broadcast(adapter_); }
  Broadcast to(std::string_view room) { return broadcast().to(room); }
  Broadcast except(std::string_view room) { return broadcast().except(room); }
  template <class... T>
  void emit(std::string_view event, const T&... arguments) {
    broadcast().emit(event, arguments...);
  }
  std::size_t socket_count() const { return adapter_.socket_count(); }

 private:
  friend class Client;
  friend class Socket;

  void run_middlewares(std::shared_ptr<Socket> socket, std::size_t index,
                       UniqueFunction<void(std::optional<ConnectError>)> done);
  void on_event(Socket& socket, std::string_view event, const Args& args, Ack ack);

  Server& server_;
  Adapter adapter_;
  std::vector<Middleware> middlewares_;
  std::vector<UniqueFunction<void(Socket&)>> on_connection_;
  std::unordered_map<std::string, EventHandler, SeededHash, std::equal_to<>> handlers_;
  UniqueFunction<void(Socket&, std::string_view, const Args&, Ack)> on_unhandled_;
  std::vector<UniqueFunction<void(Socket&, std::string_view, const Args&)>> on_any_;
  std::vector<UniqueFunction<void(Socket&, DisconnectReason)>> on_disconnecting_;
  std::vector<UniqueFunction<void(Socket&, DisconnectReason)>> on_disconnect_;
  std::uint64_t next_ack_id_ = 0; // one counter for all sockets of the namespace
};

} // namespace wire::sio
