#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/pressure.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"
#include "wire/sio/ack.h"
#include "wire/sio/adapter.h"
#include "wire/sio/broadcast.h"
#include "wire/sio/event_handler.h"
#include "wire/sio/handshake.h"
#include "wire/sio/packet.h"
#include "wire/sio/payload.h"

namespace wire::net {
class Loop;
}

namespace wire::sio {

class Client;
class Namespace;
class Socket;
struct RecoverySession;

enum class DisconnectReason {
  transport_error,
  transport_close,
  forced_close,
  ping_timeout,
  parse_error,
  server_shutting_down,
  forced_server_close,
  client_namespace_disconnect,
  server_namespace_disconnect,
};
std::string_view to_string(DisconnectReason reason); // the field's words: "transport close"

using AnyHandler = UniqueFunction<void(Socket&, std::string_view event, const Args&)>;
using DisconnectHandler = UniqueFunction<void(Socket&, DisconnectReason)>;
// Looks at an event before its handler does: nullopt lets it pass, a text says why not.
using PacketMiddleware = UniqueFunction<std::optional<std::string>(Socket&, std::string_view event, const Args&)>;
using ErrorHandler = UniqueFunction<void(Socket&, std::string_view error)>;

// What an emit with ack comes back with: the arguments, or nothing when time was up or the socket left.
using AckHandler = UniqueFunction<void(const Args* answer)>;

// One client in one namespace. Belongs to its loop. Handlers may keep a weak_ptr to it, or a SocketRef for other loops.
class Socket final : public std::enable_shared_from_this<Socket> {
 public:
  // `session`: what it was before it lost its connection.
  Socket(Client& client, Namespace& nsp, Handshake handshake, std::unique_ptr<RecoverySession> session = nullptr);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  const std::string& id() const { return id_; } // public, unlike the connection's sid
  Namespace& nsp() { return *nsp_; }
  Handshake& handshake() { return handshake_; }
  bool connected() const { return state_ == State::connected; }
  bool recovered() const; // it came back with its rooms, its data and what it missed
  net::Loop& loop();

  // Handlers of this socket alone; those that all sockets of a namespace share cost no memory in each (Namespace::on).
  void on(std::string_view event, EventHandler handler);
  // Every event that comes, before its middlewares and its handler; every event that is sent, broadcasts too.
  void on_any(AnyHandler handler);
  void on_any_outgoing(AnyHandler handler);
  // In the order of registration. What one refuses is told to on_error alone: nothing is sent. So is a packet that the
  // protocol does not allow, before the connection ends.
  void use(PacketMiddleware middleware);
  void on_error(ErrorHandler handler);
  // The reason, while the rooms are still there (disconnecting) and when they are left (disconnect).
  void on_disconnecting(DisconnectHandler handler);
  void on_disconnect(DisconnectHandler handler);

  template <class... T>
  void emit(std::string_view event, const T&... arguments) {
    emit_payload(event, Payload::of(arguments...));
  }
  template <class... T>
  void send(const T&... arguments) {
    emit("message", arguments...);
  }
  // Dropped unless it can leave at once.
  template <class... T>
  void emit_volatile(std::string_view event, const T&... arguments) {
    emit_payload(event, Payload::of(arguments...), {.is_volatile = true});
  }
  void emit_payload(std::string_view event, const Payload& payload, const BroadcastFlags& flags = {});
  // Its packets are not to be compressed, over polling nor over WebSocket: for what is random, or compressed already.
  template <class... T>
  void emit_uncompressed(std::string_view event, const T&... arguments) {
    emit_payload(event, Payload::of(arguments...), {.compress = false});
  }
  // The handler is called once: with the answer, or with nullptr after `timeout` or when the socket leaves.
  template <class... T>
  void emit_with_ack(Duration timeout, AckHandler handler, std::string_view event, const T&... arguments) {
    emit_with_ack_payload(timeout, std::move(handler), event, Payload::of(arguments...));
  }
  void emit_with_ack_payload(Duration timeout, AckHandler handler, std::string_view event, const Payload& payload);
  // An event that was encoded once for many. Nothing remembers it for a recovery, nor do those hear who watch what is
  // sent.
  void send_encoded(const EncodedEvent& event);
  eio::TransportName transport() const; // of its connection; only while it is connected
  bool writable() const;
  Pressure pressure() const; // of what waits to be written to its connection
  // The namespace's on_drained handler is called once, when nothing waits any more.
  void notify_drained() { drain_wanted_ = true; }
  // Asks for proof that the client receives what was sent so far; the number comes back in the namespace's on_receipt
  // handler, which means it and all lower ones. See eio::Session::request_receipt().
  std::uint64_t request_receipt();

  // False: no room any more (rooms_per_socket_max), or the name is too long.
  bool join(std::string_view room);
  void leave(std::string_view room);
  std::vector<std::string> rooms() const; // the one with its id first
  bool in_room(std::string_view room) const;

  // To others: everybody of the namespace (or of the rooms) but this socket.
  Broadcast broadcast();
  Broadcast to(std::string_view room) { return broadcast().to(room); }
  Broadcast except(std::string_view room) { return broadcast().except(room); }

  void disconnect(bool close_connection = false);
  // Ends the connection as a broken network would, with all its sockets: clients come back by themselves, which they do
  // not after disconnect().
  void cut();
  // The same because this server stops, which the connection is told: over WebSocket by the close code 1012.
  void let_go();

  // As disconnect(true), and the connection is told that its peer did what nobody may: over WebSocket by the close code
  // 1008.
  void expel();

  // The application's own; reset when the socket ends.
  std::any state;
  // The application's own as JSON text, "{}" at first: what fetch_sockets() tells of it
  // elsewhere, and what it comes back with.
  std::string_view data() const;
  void set_data(std::string json);

 private:
  friend class Ack;
  friend class Adapter;
  friend class Client;
  friend class Namespace;

  enum class State : unsigned char { connecting, connected, closed };
  struct Membership {
    Room* room;
    std::size_t place; // in room->members
  };
  struct Extras; // what most sockets never have

  Extras& extras();
  bool expect_ack(std::uint64_t id, Duration timeout, AckHandler handler); // false: too many; it was ended
  std::string restore(RecoveryLog& log); // what it was and missed, if it came back; answers its secret
  void save_session(DisconnectReason reason);
  void on_event(std::string_view event, const Args& args, Ack ack);
  void told_error(std::string_view error);
  bool passes_middlewares(std::string_view event, const Args& args);
  void on_ack(std::uint64_t id, const Args& args);
  void on_closed(DisconnectReason reason);
  void send_packet(PacketType type, std::optional<std::uint64_t> id, std::optional<std::string_view> event,
                   const Payload& payload, bool compress = true);
  enum class Delivered : unsigned char { yes, dropped, too_slow }; // too slow: to be ended
  Delivered deliver(const EncodedEvent& event, const BroadcastFlags& flags);
  void told_outgoing(std::string_view json, const std::vector<std::string>& attachments);
  void told_outgoing(const EncodedEvent& event);
  bool watches_outgoing() const;

  // constant after construction
  Client& client_;
  const std::shared_ptr<Namespace> nsp_;
  const std::string id_;

  // owned by the loop
  Handshake handshake_;
  std::vector<Membership> memberships_;
  std::size_t place_in_all_ = 0;
  std::uint64_t epoch_ = 0; // of the adapter's selection that saw it last
  std::unique_ptr<Extras> extras_;
  State state_ = State::connecting;
  bool drain_wanted_ = false;
  bool closing_ = false; // the handlers of its end are being called
};

} // namespace wire::sio
