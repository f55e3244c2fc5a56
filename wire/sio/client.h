#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/eio/handshake_request.h"
#include "wire/eio/session.h"
#include "wire/net/timing_wheel.h"
#include "wire/sio/decoder.h"
#include "wire/sio/socket.h"

namespace wire::sio {

class Namespace;
class Server;
struct ConnectError;

// One connection and its sockets, one for each namespace that it joined.
class Client final : public eio::SessionHandler, private net::WheelTimer {
 public:
  Client(Server& server, eio::Session& session, const eio::HandshakeRequest& request);
  ~Client();

  eio::Session& session() { return session_; }
  const eio::HandshakeRequest& request() const { return request_; }
  Server& server() { return server_; }

  void disconnect_all();               // the packet to every namespace, then the connection
  void expel();                        // likewise; the peer is told that it is to blame
  void close(eio::CloseReason reason); // after what is queued
  void discard(eio::CloseReason reason, eio::Farewell farewell = eio::Farewell::none); // without it

 private:
  friend class Socket;

  void on_message(eio::Session& session, std::string_view data, bool binary) override;
  void on_receipt(eio::Session& session, std::uint64_t receipt) override;
  void on_drained(eio::Session& session) override;
  void on_close(eio::Session& session, eio::CloseReason reason) override;
  void on_timer(TimePoint now) override;

  void on_msgpack(std::string_view data, bool binary);
  void on_packet(const Decoded& packet);
  struct RecoveryTicket { // what a client that comes back shows
    std::string pid, offset;
  };
  struct Question { // a CONNECT to a namespace that is being asked for
    Client* client; // null: it is gone
    std::string nsp, auth;
    std::optional<RecoveryTicket> ticket;
  };
  void on_connect(const Decoded& packet);
  void join(Namespace& nsp, std::string auth, const std::optional<RecoveryTicket>& ticket);
  bool is_asking_for(std::string_view nsp) const;
  void forget_questions();
  std::optional<RecoveryTicket> ticket_in(JsonView auth) const;
  void on_connected(const std::shared_ptr<Socket>& socket);
  void send_packet(PacketType type, std::string_view nsp, std::string_view json = {}); // of those without an event
  void refuse(std::string_view nsp, const ConnectError& error);
  void refuse_protocol(const char* what);
  void refuse_packet(const char* what);
  void refuse_state(const char* what);
  void end_sockets(DisconnectReason reason);
  std::shared_ptr<Socket> find(std::string_view nsp);
  void remove(Socket& socket);

  Server& server_;
  eio::Session& session_;
  const eio::HandshakeRequest& request_;
  Decoder decoder_;
  std::vector<std::shared_ptr<Socket>> sockets_; // connecting ones as well
  std::vector<std::shared_ptr<Question>> questions_;
  unsigned short connects_ = 0; // asked for so far
  bool joined_ = false;         // some namespace, at some time
};

} // namespace wire::sio
