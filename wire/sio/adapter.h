#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/base/hash.h"
#include "wire/eio/packet.h"
#include "wire/sio/payload.h"

namespace wire::sio {

class Socket;
class Adapter;

struct BroadcastFlags {
  bool is_volatile = false; // may be dropped for a client that is not ready
  bool compress = true;
  bool local = false; // this process's loop alone
};

// Whom a broadcast reaches: the union of `rooms` (no room: everybody) without the members of `except`.
struct BroadcastOptions {
  std::vector<std::string> rooms;
  std::vector<std::string> except;
  BroadcastFlags flags;
};

// An event encoded once: the text packet and its attachments.
struct EncodedEvent {
  eio::SharedPacket text;
  std::vector<eio::SharedPacket> attachments;
};
EncodedEvent encode_event(std::string_view nsp, std::string_view event, const Payload& payload, bool compress = true);

// The other loops and nodes that share a namespace. Called on the adapter's loop.
class Cluster {
 public:
  virtual ~Cluster() = default;
  virtual void broadcast(Adapter& from, const EncodedEvent& event, const BroadcastOptions& options) = 0;
  virtual void join(Adapter& from, const BroadcastOptions& whom, const std::vector<std::string>& rooms) = 0;
  virtual void leave(Adapter& from, const BroadcastOptions& whom, const std::vector<std::string>& rooms) = 0;
  virtual void disconnect(Adapter& from, const BroadcastOptions& whom, bool close) = 0;
};

// A room's members on this loop, in no order.
struct Room {
  std::string name;
  std::vector<Socket*> members;
};

// Who is in which room of one namespace, on one loop. Each socket knows its places (Socket::memberships_), so that
// leaving costs as much as it has rooms. The room that carries a socket's id is implied.
class Adapter {
 public:
  Adapter(std::string nsp, Cluster* cluster) : nsp_(std::move(nsp)), cluster_(cluster) {}
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
  const Room* room(std::string_view name) const;

  // To everybody concerned, here and on the other loops and nodes.
  void broadcast(const EncodedEvent& event, const BroadcastOptions& options);
  void sockets_join(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void sockets_leave(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void disconnect_sockets(const BroadcastOptions& whom, bool close);

  // To those of this loop alone.
  void deliver(const EncodedEvent& event, const BroadcastOptions& options);
  void join_local(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void leave_local(const BroadcastOptions& whom, const std::vector<std::string>& rooms);
  void disconnect_local(const BroadcastOptions& whom, bool close);
  std::vector<std::shared_ptr<Socket>> select(const BroadcastOptions& options); // each once

 private:
  template <class F>
  void for_each(const BroadcastOptions& options, F&& f); // f(Socket&), each once

  const std::string nsp_;
  Cluster* const cluster_;
  Room all_;
  std::unordered_map<std::string_view, Socket*, SeededHash, std::equal_to<>> by_id_; // keys belong to the sockets
  std::unordered_map<std::string, std::unique_ptr<Room>, SeededHash, std::equal_to<>> rooms_;
  std::uint64_t epoch_ = 0; // marks sockets as seen or excluded in one selection
};

} // namespace wire::sio
