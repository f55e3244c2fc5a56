#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/base/hash.h"
#include "wire/eio/packet.h"
#include "wire/sio/packet.h"
#include "wire/sio/payload.h"
#include "wire/sio/requests.h"

namespace wire::net {
class Loop;
}

namespace wire::sio {

class Socket;
class Adapter;
class RecoveryLog;

struct BroadcastFlags {
  bool is_volatile = false;  // may be dropped for a client that is not ready: one between two polls, or that upgrades
  bool is_ephemeral = false; // may be dropped for a client that is behind (Pressure::soft)
  bool compress = true;
  bool local = false;     // this process's loop alone
  bool from_peer = false; // another node said it, and tells the others itself
};

// Whom a broadcast reaches: the union of `rooms` (no room: everybody) without the members of `except`.
struct BroadcastOptions {
  std::vector<std::string> rooms;
  std::vector<std::string> except;
  BroadcastFlags flags;
};

// An event encoded once: the text packet and its attachments, or the one binary packet of the msgpack parser.
struct EncodedEvent {
  eio::SharedPacket packet;
  std::vector<eio::SharedPacket> attachments;
};
// `offset`: its place in the namespace's log, told as a last argument; empty: none.
EncodedEvent encode_event(std::string_view nsp, std::string_view event, const Payload& payload, bool compress = true,
                          std::optional<std::uint64_t> ack_id = {}, std::string_view offset = {},
                          Parser parser = Parser::standard);

// The other loops and nodes that share a namespace. Called on the adapter's loop. What a peer said (from_peer) goes to
// the loops of this process alone.
class Cluster {
 public:
  virtual ~Cluster() = default;
  virtual void on_namespace(std::string_view /*nsp*/) {} // is there on this loop from now on
  // To the other loops of this process, which deliver it as it is,
  virtual void broadcast(Adapter& from, const EncodedEvent& event, const BroadcastOptions& options) = 0;
  // and to other nodes, which may speak another parser.
  virtual void publish(Adapter& /*from*/, std::string_view /*event*/, const Payload&, const BroadcastOptions&) {}
  virtual void join(Adapter& from, const BroadcastOptions& whom, const std::vector<std::string>& rooms) = 0;
  virtual void leave(Adapter& from, const BroadcastOptions& whom, const std::vector<std::string>& rooms) = 0;
  virtual void disconnect(Adapter& from, const BroadcastOptions& whom, bool close) = 0;

  virtual std::size_t peers(const BroadcastFlags& flags) const = 0; // how many answer a request
  // Each peer answers to from.requests(): on_clients(), then on_answer() or on_no_answer() for each of them.
  virtual void broadcast_with_ack(Adapter& from, std::uint64_t request, std::string_view event, const Payload& payload,
                                  const BroadcastOptions& options, Duration timeout) = 0;
  // Each peer answers with on_sockets().
  virtual void fetch_sockets(Adapter& from, std::uint64_t request, const BroadcastOptions& whom) = 0;
  // There is something new in the log that they share.
  virtual void catch_up(Adapter& from) = 0;

  // A room has its first member on this loop, or has lost its last. The room "" is everybody.
  virtual void on_room(Adapter& /*of*/, std::string_view /*room*/) {}
  virtual void on_room_gone(Adapter& /*of*/, std::string_view /*room*/) {}
};

// Hears of rooms that come and go on this loop, and of who is in them. The room that carries a socket's id too.
class AdapterObserver {
 public:
  virtual void on_create_room(std::string_view) {}
  virtual void on_join_room(std::string_view /*room*/, const Socket&) {}
  virtual void on_leave_room(std::string_view /*room*/, const Socket&) {}
  virtual void on_delete_room(std::string_view) {}

 protected:
  ~AdapterObserver() = default;
};

// Of an event that no MessagePack is; empty: it is.
std::string_view name_in(const EncodedEvent& event);

// A room's members on this loop, in no order.
struct Room {
  std::string name;
  std::vector<Socket*> members;
};

// Who is in which room of one namespace, on one loop. Each socket knows its places (Socket::memberships_), so that
// leaving costs as much as it has rooms. The room that carries a socket's id is implied.
class Adapter {
 public:
  // Without a loop it cannot ask others anything. `log`: connection state recovery is on.
  Adapter(std::string nsp, Parser parser, Cluster* cluster, net::Loop* loop = nullptr,
          std::shared_ptr<RecoveryLog> log = nullptr);
  ~Adapter();
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  const std::string& nsp() const { return nsp_; }

  void add_socket(Socket& socket);
  void remove_socket(Socket& socket); // from all rooms as well
  void join(Socket& socket, std::string_view room);
  void leave(Socket& socket, std::string_view room);

  std::size_t socket_count() const { return all_.members.size(); }
  std::size_t room_count() const { return rooms_.size(); }
  Socket* find(std::string_view socket_id) const;
  std::uint64_t next_ack_id() { return next_ack_id_++; } // one counter for all sockets of the namespace
  const Room* room(std::string_view name) const;

  void set_observer(AdapterObserver* observer) { observer_ = observer; }
  // Hears of each event that goes to sockets of this loop, once for all of them. Set it before clients come. Whoever
  // hands what he has encoded to sockets himself (Socket::send_encoded) says so by count_sent().
  void on_sent(std::function<void(std::string_view event, std::size_t sockets)> handler) {
    on_sent_ = std::move(handler);
  }
  void count_sent(std::string_view event, std::size_t sockets) {
    if (on_sent_ && sockets > 0) on_sent_(event, sockets);
  }
  struct Losses {
    std::uint64_t dropped = 0;  // volatile and ephemeral events, each for each socket
    std::uint64_t too_slow = 0; // sockets that were ended because nothing more would fit
  };
  const Losses& losses() const { return losses_; }
  void for_each_connected(const std::function<void(Socket&)>& f);

  // Where replies to what this loop asked arrive.
  Requests& requests();
  RecoveryLog* recovery_log() { return log_.get(); }

  // To everybody concerned, here and on the other loops and nodes.
  void emit(std::string_view event, const Payload& payload, const BroadcastOptions& options);
  void emit_with_ack(std::string_view event, const Payload& payload, const BroadcastOptions& options, Duration timeout,
                     AnswersHandler handler);
  // The same for a node that gathers the answers itself.
  void emit_with_acks_relayed(std::string_view event, const Payload& payload, const BroadcastOptions& options,
                              Duration timeout, AnswersRelay relay);
  void fetch_sockets(const BroadcastOptions& whom, Duration timeout, SocketsHandler handler);
  void broadcast(const EncodedEvent& event, const BroadcastOptions& options);
  void sockets_join(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void sockets_leave(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void disconnect_sockets(const BroadcastOptions& whom, bool close);

  // To those of this loop alone.
  void deliver(const EncodedEvent& event, const BroadcastOptions& options);
  // Answers how many it went to; `on_answer` is called once for each of them, with nullptr for who did not answer.
  std::size_t deliver_with_ack(std::string_view event, const Payload& payload, const BroadcastOptions& options,
                               Duration timeout, const std::function<void(const Args*)>& on_answer);
  std::vector<RemoteSocket> describe(const BroadcastOptions& whom);
  void catch_up(); // delivers what the log has and this loop has not seen yet
  void join_local(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void leave_local(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void disconnect_local(const BroadcastOptions& whom, bool close);
  std::vector<std::shared_ptr<Socket>> select(const BroadcastOptions& options); // each once

 private:
  template <class F>
  void for_each(const BroadcastOptions& options, F&& f); // f(Socket&), each once
  std::size_t peers(const BroadcastFlags& flags) const { return cluster_ && !flags.local ? cluster_->peers(flags) : 0; }
  void ask_clients(std::uint64_t request, std::string_view event, const Payload& payload,
                   const BroadcastOptions& options, Duration timeout);

  const std::string nsp_;
  const Parser parser_;
  Cluster* const cluster_;
  net::Loop* const loop_;
  const std::shared_ptr<RecoveryLog> log_;
  std::unique_ptr<Requests> requests_; // made when it is needed
  AdapterObserver* observer_ = nullptr;
  std::function<void(std::string_view, std::size_t)> on_sent_;
  Losses losses_;
  Room all_;
  std::unordered_map<std::string_view, Socket*, SeededHash, std::equal_to<>> by_id_; // keys belong to the sockets
  std::unordered_map<std::string, std::unique_ptr<Room>, SeededHash, std::equal_to<>> rooms_;
  std::uint64_t next_ack_id_ = 0;
  std::uint64_t epoch_ = 0; // marks sockets as seen or excluded in one selection
};

} // namespace wire::sio
