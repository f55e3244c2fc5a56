#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/eio/server.h"
#include "wire/http/server.h"
#include "wire/net/loop.h"
#include "wire/sio/client.h"
#include "wire/sio/client_bundle.h"
#include "wire/sio/decoder.h"
#include "wire/sio/namespace.h"
#include "wire/sio/parent_namespace.h"
#include "wire/sio/recovery.h"

namespace wire::sio {

// Socket.IO's options, under its names (protocol: docs/protocol.md).
struct ServerOptions : eio::ServerOptions {
  ServerOptions() { path = "/socket.io"; }
  bool main_namespace = true;                         // "/" is there without being asked for, as with Socket.IO
  Duration connect_timeout = limits::connect_timeout; // until the first namespace is joined
  std::size_t connects_per_client_max = limits::connects_per_client_max;
  DecoderLimits decoder;
  Parser parser = Parser::standard;
  JsonLimits json; // of one packet
  Duration attachments_timeout = limits::attachments_timeout;
  std::size_t rooms_per_socket_max = limits::rooms_per_socket_max;
  std::size_t room_name_bytes_max = limits::room_name_bytes_max;
  std::size_t acks_outstanding_max = limits::acks_outstanding_max; // events of one socket that wait for an answer
  bool serve_client = true; // socket.io.js and its like below the path, in builds that have them (client_bundle.h)
  // Of parent namespaces (Server::of_matching); a client that asks for one more is told that it is invalid.
  std::size_t dynamic_namespaces_max = limits::dynamic_namespaces_max;
  bool cleanup_empty_child_namespaces = false; // with what its clients could recover
  std::optional<ConnectionStateRecovery> connection_state_recovery;
  std::shared_ptr<RecoveryStore> recovery_store; // the same for the servers of all loops; none: one of its own
};

// The Socket.IO server of one loop. More loops: one of these on each, joined by a Cluster.
class Server {
 public:
  Server(net::Loop& loop, ServerOptions options, Cluster* cluster = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The namespace, made when it is not there. A missing leading slash is added.
  Namespace& of(std::string_view name);
  Namespace* find(std::string_view name);
  // Namespaces that are made when a client asks for a name that matches; asked in the order of registration. The
  // pattern is a regular expression of ECMAScript and matches anywhere in the name, so say ^ and $; a wrong one throws
  // std::regex_error. A concrete of() that matches a pattern becomes its child.
  ParentNamespace& of_matching(NamespaceMatcher matcher);
  ParentNamespace& of_matching(AsyncNamespaceMatcher matcher);
  ParentNamespace& of_matching(const char* pattern);

  // The main namespace, "/", without naming it.
  Namespace& sockets() { return of("/"); }
  void use(Middleware middleware) { sockets().use(std::move(middleware)); }
  void on_connection(UniqueFunction<void(Socket&)> handler) { sockets().on_connection(std::move(handler)); }
  void on(std::string_view event, EventHandler handler) { sockets().on(event, std::move(handler)); }
  Broadcast to(std::string_view room) { return sockets().to(room); }
  Broadcast except(std::string_view room) { return sockets().except(room); }
  template <class... T>
  void emit(std::string_view event, const T&... arguments) {
    sockets().emit(event, arguments...);
  }

  void attach(http::Server& http) {
    engine_.attach(http);
    if (options_.serve_client) client_bundle_.attach(http.router());
  }
  eio::Server& engine() { return engine_; }
  net::Loop& loop() { return loop_; }
  const ServerOptions& options() const { return options_; }
  DecodeScratch& scratch() { return scratch_; }
  std::string& encode_buffer() { return encode_buffer_; }
  std::shared_ptr<RecoveryLog> recovery_log(const std::string& nsp) const; // none: recovery is off

  // Ends every connection without a packet, as io.close() does; a WebSocket by the close code 1012.
  void close() { engine_.close(eio::CloseReason::server_shutting_down); }

 private:
  friend class Client;
  friend class Socket;
  struct Parent {
    std::shared_ptr<ParentNamespace> nsp;
    std::optional<std::regex> pattern;
  };

  // Asks the parents about a namespace that is not there; null: it is invalid. The views last until `done` is called or
  // dropped.
  using Matched = UniqueFunction<void(Namespace*)>;
  void match(std::string_view name, std::string_view auth, Matched done);
  void ask_parents(std::size_t index, std::string_view name, std::string_view auth, Matched done);
  bool may_make(std::string_view name) const;
  std::shared_ptr<Namespace> make(std::string name, std::shared_ptr<ParentNamespace> parent);
  void on_client_closed(Client& client);
  void on_socket_left(Namespace& nsp);

  // constant after construction
  net::Loop& loop_;
  const ServerOptions options_;
  Cluster* const cluster_;
  const std::shared_ptr<RecoveryStore> recovery_store_;
  http::StaticFiles client_bundle_;

  // owned by the loop
  DecodeScratch scratch_;
  std::string encode_buffer_;
  std::unordered_map<std::string, std::shared_ptr<Namespace>, SeededHash, std::equal_to<>> namespaces_;
  std::vector<Parent> parents_;
  std::size_t dynamic_namespaces_ = 0;
  std::unordered_map<const Client*, std::unique_ptr<Client>> clients_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for matchers that answer late
  eio::Server engine_;                                         // last: its sessions end before what they speak of
};

} // namespace wire::sio
