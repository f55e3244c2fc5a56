#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "wire/base/hash.h"
#include "wire/base/unique_function.h"
#include "wire/sio/socket.h"

namespace wire::sio {

// Why a client may not connect to a namespace: CONNECT_ERROR {message, data?}.
struct ConnectError {
  std::string message;
  std::string data = {}; // JSON text; empty: none
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

// What is done with the sockets of a namespace, or of all children of a parent namespace. Register before clients come.
class Handlers {
 public:
  Handlers() = default;
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;

  // Who may connect; in the order of registration, the first refusal holds.
  void use(Middleware middleware) { middlewares_.push_back(std::move(middleware)); }
  void on_connection(UniqueFunction<void(Socket&)> handler) { on_connection_.push_back(std::move(handler)); }

  // For every socket of the namespace. A later handler of the same event takes the place of the earlier one.
  void on(std::string_view event, EventHandler handler) {
    handlers_.insert_or_assign(std::string(event), std::move(handler));
  }
  // Events that nobody handles; without it they are ignored.
  void on_unhandled(UniqueFunction<void(Socket&, std::string_view event, const Args&, Ack)> handler) {
    on_unhandled_ = std::move(handler);
  }
  // Every event, before its middlewares and its handler.
  void on_any(AnyHandler handler) { on_any_.push_back(std::move(handler)); }
  void on_disconnecting(DisconnectHandler handler) { on_disconnecting_.push_back(std::move(handler)); }
  void on_disconnect(DisconnectHandler handler) { on_disconnect_.push_back(std::move(handler)); }
  // See Socket::request_receipt() and Socket::notify_drained().
  void on_receipt(UniqueFunction<void(Socket&, std::uint64_t receipt)> handler) { on_receipt_ = std::move(handler); }
  void on_drained(UniqueFunction<void(Socket&)> handler) { on_drained_ = std::move(handler); }

 protected:
  ~Handlers() = default;

 private:
  friend class Namespace;

  std::vector<Middleware> middlewares_;
  std::vector<UniqueFunction<void(Socket&)>> on_connection_;
  std::unordered_map<std::string, EventHandler, SeededHash, std::equal_to<>> handlers_;
  UniqueFunction<void(Socket&, std::string_view, const Args&, Ack)> on_unhandled_;
  std::vector<AnyHandler> on_any_;
  std::vector<DisconnectHandler> on_disconnecting_;
  std::vector<DisconnectHandler> on_disconnect_;
  UniqueFunction<void(Socket&, std::uint64_t)> on_receipt_;
  UniqueFunction<void(Socket&)> on_drained_;
};

} // namespace wire::sio
