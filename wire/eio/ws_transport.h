#pragma once

#include <memory>
#include <string_view>

#include "wire/eio/session.h"
#include "wire/eio/transport.h"
#include "wire/net/connection.h"
#include "wire/ws/session.h"

namespace wire::eio {

// What happens to a WebSocket that wants to take over from polling.
class ProbeListener {
 public:
  virtual void on_probe_upgraded() = 0; // it is the session's transport from here on
  virtual void on_probe_closed() = 0;   // it is gone; polling goes on

 protected:
  ~ProbeListener() = default;
};

// A session's packets as WebSocket frames; one packet a frame.
class WsTransport final : public Transport,
                          private net::ConnectionHandler,
                          private ws::SessionOutput,
                          private net::WheelTimer {
 public:
  // `base64`: binary messages leave as text frames "b…". `deflate` is there when the handshake agreed on it.
  WsTransport(std::shared_ptr<net::Connection> connection, Session& session, const ws::SessionOptions& options,
              bool base64, std::unique_ptr<ws::Deflate> deflate = nullptr);
  ~WsTransport();

  void start();                                            // as the session's transport
  void start_probe(ProbeListener& listener);               // as a candidate
  void receive(std::span<char> bytes) { on_bytes(bytes); } // what came behind the handshake

  TransportName name() const override { return TransportName::websocket; }
  bool writable() const override { return connection_->unsent_bytes() == 0; }
  Pressure pressure() const override { return connection_->pressure(); }
  void send(PacketType type, std::string_view data) override;
  void send_binary(std::string_view bytes) override;
  void send(const SharedPacket& packet) override;
  void request_flush() override { connection_->request_flush(); }
  bool close() override;
  void set_farewell(Farewell farewell) override;
  void abort() override;

 private:
  enum class Role : unsigned char { idle, probing, probed, main };

  void on_bytes(std::span<char> bytes) override;
  void on_flush() override;
  void on_drained() override;
  void on_closed(net::CloseCause cause) override;
  void send(std::string_view frame) override;
  void send_compressed(ws::Opcode opcode, std::string_view packet);
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_closed(const ws::Closed& closed) override;
  void on_timer(TimePoint now) override;
  void on_packet(const Packet& packet);
  void on_probe_packet(const Packet& packet);
  void lost(CloseReason reason);
  void watch_deadline();

  const std::shared_ptr<net::Connection> connection_;
  Session& session_;
  ws::Session frames_;
  ProbeListener* listener_ = nullptr; // while probing
  Role role_ = Role::idle;
  const bool base64_;
  ws::CloseCode close_code_ = ws::CloseCode::no_status; // what close() says
};

} // namespace wire::eio
