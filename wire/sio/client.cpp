#include "wire/sio/client.h"

#include <algorithm>
#include <exception>

#include "wire/base/log.h"
#include "wire/sio/packet_codec.h"
#include "wire/sio/server.h"

namespace wire::sio {
namespace {

DisconnectReason to_reason(eio::CloseReason reason) {
  switch (reason) {
    case eio::CloseReason::transport_close:
      return DisconnectReason::transport_close;
    case eio::CloseReason::transport_error:
      return DisconnectReason::transport_error;
    case eio::CloseReason::ping_timeout:
      return DisconnectReason::ping_timeout;
    case eio::CloseReason::parse_error:
      return DisconnectReason::parse_error;
    case eio::CloseReason::forced_close:
      return DisconnectReason::forced_close;
    case eio::CloseReason::server_shutting_down:
      return DisconnectReason::server_shutting_down;
  }
  return DisconnectReason::transport_close;
}

} // namespace

Client::Client(Server& server, eio::Session& session, const eio::HandshakeRequest& request)
    : server_(server), session_(session), request_(request), decoder_(server.options().decoder) {
  session_.set_handler(*this);
  server_.loop().timers().arm(*this, server_.loop().now() + server_.options().connect_timeout);
}

Client::~Client() = default;

// One timer, for two waits: the first namespace, and attachments that do not come.
void Client::on_timer(TimePoint) {
  if (joined_ && !decoder_.waiting_for_attachments()) return;
  log(LogLevel::debug, "connection closed",
      {{"why", joined_ ? "attachments did not come" : "no namespace was joined in time"}});
  discard(eio::CloseReason::forced_close);
}

void Client::close(eio::CloseReason reason) { session_.close(reason, server_.loop().now()); }
void Client::discard(eio::CloseReason reason) { session_.discard(reason); }

void Client::refuse_protocol(const char* what) {
  log(LogLevel::debug, "connection closed", {{"why", what}});
  close(eio::CloseReason::forced_close);
}

void Client::on_message(eio::Session&, std::string_view data, bool binary) {
  DecodeScratch& scratch = server_.scratch();
  const auto decoded = binary ? decoder_.on_binary(data, scratch) : decoder_.on_text(data, scratch);
  if (!decoded) return refuse_protocol(describe(decoded.error()));
  if (*decoded) {
    on_packet(**decoded);
  } else if (!armed()) {
    server_.loop().timers().arm(*this, server_.loop().now() + limits::attachments_timeout);
  }
}

void Client::on_packet(const Decoded& packet) {
  if (packet.type == PacketType::connect) return on_connect(packet.nsp, packet.json);
  const std::shared_ptr<Socket> socket = find(packet.nsp);
  if (!socket || !socket->connected()) return refuse_protocol("a packet for a namespace that was not joined");
  try {
    switch (packet.type) {
      case PacketType::event:
        socket->on_event(packet.event, packet.args, packet.id ? Ack(socket, *packet.id) : Ack());
        break;
      case PacketType::ack:
        if (packet.id) socket->on_ack(*packet.id, packet.args);
        break;
      default: // disconnect
        socket->on_closed(DisconnectReason::client_namespace_disconnect);
        remove(*socket);
    }
  } catch (const std::exception& error) {
    // One handler's failure is not the server's (threats F20).
    log(LogLevel::error, "an event handler threw",
        {{"event", packet.event}, {"what", error.what()}, {"socket", socket->id()}});
  }
}

std::shared_ptr<Socket> Client::find(std::string_view nsp) {
  for (const auto& socket : sockets_) {
    if (socket->nsp().name() == nsp) return socket;
  }
  return nullptr;
}

void Client::remove(Socket& socket) {
  std::erase_if(sockets_, [&](const std::shared_ptr<Socket>& own) { return own.get() == &socket; });
}

void Client::refuse(std::string_view nsp, const ConnectError& error) {
  std::string packet;
  append_packet_header(packet, PacketType::connect_error, nsp);
  JsonObjectWriter object(packet);
  object.member("message", error.message);
  if (!error.data.empty()) object.member("data", RawJson{error.data});
  object.end();
  session_.send_text(packet);
}

void Client::on_connect(std::string_view name, std::string_view auth) {
  if (++connects_ > server_.options().connects_per_client_max)
    return refuse_protocol("too many namespaces were asked for");
  if (find(name)) return refuse_protocol("a second CONNECT for a namespace");
  Namespace* nsp = server_.find(name);
  if (!nsp) return refuse(name, {"Invalid namespace", {}});

  auto socket = std::make_shared<Socket>(*this, *nsp, Handshake(request_, std::string(auth)));
  sockets_.push_back(socket);
  nsp->run_middlewares(socket, 0, [socket](std::optional<ConnectError> error) {
    if (socket->state_ != Socket::State::connecting) return; // the connection ended meanwhile
    Client& client = socket->client_;
    if (!error) return client.on_connected(socket);
    client.refuse(socket->nsp().name(), *error);
    socket->on_closed(DisconnectReason::server_namespace_disconnect);
    client.remove(*socket);
  });
}

void Client::on_connected(const std::shared_ptr<Socket>& socket) {
  Namespace& nsp = socket->nsp();
  if (!joined_) {
    joined_ = true;
    if (!decoder_.waiting_for_attachments()) cancel();
  }
  nsp.adapter().add_socket(*socket);
  socket->state_ = Socket::State::connected;
  std::string packet;
  append_packet_header(packet, PacketType::connect, nsp.name());
  JsonObjectWriter(packet).member("sid", socket->id()).end();
  session_.send_text(packet);
  for (auto& handler : nsp.on_connection_) {
    if (socket->connected()) handler(*socket);
  }
}

void Client::disconnect_all() {
  const auto sockets = sockets_; // each leaves as it is told
  for (const auto& socket : sockets) socket->disconnect();
  close(eio::CloseReason::forced_close);
}

void Client::on_close(eio::Session&, eio::CloseReason reason) {
  cancel();
  const auto sockets = std::move(sockets_);
  sockets_.clear();
  for (const auto& socket : sockets) socket->on_closed(to_reason(reason));
  server_.on_client_closed(*this);
}

} // namespace wire::sio
