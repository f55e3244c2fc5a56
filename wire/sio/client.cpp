#include "wire/sio/client.h"

#include <algorithm>
#include <utility>

#include "wire/base/log.h"
#include "wire/base/log_scope.h"
#include "wire/sio/guarded.h"
#include "wire/sio/msgpack_codec.h"
#include "wire/sio/packet_codec.h"
#include "wire/sio/recovery.h"
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

Client::~Client() {
  forget_questions();
  // A middleware that has not decided yet may hold a socket: its word comes too late.
  for (const auto& socket : sockets_) socket->state_ = Socket::State::closed;
}

// One timer, for two waits: the first namespace, and attachments that do not come.
void Client::on_timer(TimePoint) {
  const LogScope scope(request_.connection_id());
  if (joined_ && !decoder_.waiting_for_attachments()) return;
  log(LogLevel::debug, "connection closed",
      {{"why", joined_ ? "attachments did not come" : "no namespace was joined in time"}});
  discard(eio::CloseReason::forced_close);
}

void Client::close(eio::CloseReason reason) { session_.close(reason, server_.loop().now()); }
void Client::discard(eio::CloseReason reason, eio::Farewell farewell) { session_.discard(reason, farewell); }

void Client::refuse_protocol(const char* what) {
  log(LogLevel::debug, "connection closed", {{"why", what}});
  close(eio::CloseReason::forced_close);
}

// What cannot be read: the sockets hear of it, and end with the connection.
void Client::refuse_packet(const char* what) {
  const auto sockets = sockets_; // one may leave as it is told
  for (const auto& socket : sockets) socket->told_error(what);
  refuse_protocol(what);
}

// What can be read but may not be said now: the sockets end at once, also where the client hears of it with its next
// poll.
void Client::refuse_state(const char* what) {
  refuse_protocol(what);
  end_sockets(DisconnectReason::forced_server_close);
}

void Client::end_sockets(DisconnectReason reason) {
  const auto sockets = std::exchange(sockets_, {});
  for (const auto& socket : sockets) socket->on_closed(reason);
}

void Client::on_message(eio::Session&, std::string_view data, bool binary) {
  const LogScope scope(request_.connection_id());
  DecodeScratch& scratch = server_.scratch();
  if (server_.options().parser == Parser::msgpack) return on_msgpack(data, binary);
  const auto decoded = binary ? decoder_.on_binary(data, scratch) : decoder_.on_text(data, scratch);
  if (!decoded) return refuse_packet(describe(decoded.error()));
  if (*decoded) {
    if (binary) cancel();
    return on_packet(**decoded);
  }
  if (binary) return; // and more to come: the time is that of the whole packet
  if (!joined_) return refuse_state("attachments before a namespace was joined");
  server_.loop().timers().arm(*this, server_.loop().now() + server_.options().attachments_timeout);
}

void Client::on_msgpack(std::string_view data, bool binary) {
  if (!binary) return refuse_packet("text, where packets are binary");
  const auto decoded = decode_msgpack(data, server_.scratch());
  if (!decoded) return refuse_packet(describe(decoded.error()));
  on_packet(**decoded);
}

void Client::send_packet(PacketType type, std::string_view nsp, std::string_view json) {
  std::string packet;
  if (server_.options().parser == Parser::msgpack) {
    append_msgpack_packet(packet, type, nsp, std::nullopt, json);
    return session_.send_binary(packet);
  }
  append_packet_header(packet, type, nsp);
  packet += json;
  session_.send_text(packet);
}

void Client::on_packet(const Decoded& packet) {
  if (packet.type == PacketType::connect) return on_connect(packet);
  const std::shared_ptr<Socket> socket = find(packet.nsp);
  if (!socket || !socket->connected()) return refuse_state("a packet for a namespace that was not joined");
  switch (packet.type) {
    case PacketType::event:
      return guarded(packet.event,
                     [&] { socket->on_event(packet.event, packet.args, packet.id ? Ack(socket, *packet.id) : Ack()); });
    case PacketType::ack:
      if (packet.id && !packet.json.empty()) guarded("ack", [&] { socket->on_ack(*packet.id, packet.args); });
      return;
    default: // disconnect
      socket->on_closed(DisconnectReason::client_namespace_disconnect);
      remove(*socket);
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
  std::string json;
  JsonObjectWriter object(json);
  object.member("message", error.message);
  if (!error.data.empty()) object.member("data", RawJson{error.data});
  object.end();
  send_packet(PacketType::connect_error, nsp, json);
}

void Client::on_connect(const Decoded& packet) {
  if (++connects_ > server_.options().connects_per_client_max)
    return refuse_protocol("too many namespaces were asked for");
  if (find(packet.nsp) || is_asking_for(packet.nsp)) return refuse_state("a second CONNECT for a namespace");
  std::string auth(packet.json);
  auto ticket = ticket_in(packet.payload);
  if (Namespace* nsp = server_.find(packet.nsp)) return join(*nsp, std::move(auth), ticket);

  const auto question =
      std::make_shared<Question>(Question{this, std::string(packet.nsp), std::move(auth), std::move(ticket)});
  questions_.push_back(question);
  const std::string_view sent = question->auth.empty() ? std::string_view("{}") : question->auth;
  server_.match(question->nsp, sent, [question](Namespace* nsp) {
    Client* client = question->client;
    if (!client) return; // the connection ended meanwhile
    std::erase(client->questions_, question);
    if (!client->session_.open()) return;
    if (!nsp) return client->refuse(question->nsp, {"Invalid namespace", {}});
    client->join(*nsp, std::move(question->auth), question->ticket);
  });
}

bool Client::is_asking_for(std::string_view nsp) const {
  return std::any_of(questions_.begin(), questions_.end(), [&](const auto& question) { return question->nsp == nsp; });
}

void Client::forget_questions() {
  for (const auto& question : std::exchange(questions_, {})) question->client = nullptr;
}

void Client::join(Namespace& nsp, std::string auth, const std::optional<RecoveryTicket>& ticket) {
  RecoveryLog* log = nsp.adapter().recovery_log();
  std::unique_ptr<RecoverySession> session;
  if (log && ticket) {
    auto taken = log->take(ticket->pid, ticket->offset, server_.loop().now());
    if (taken) session = std::make_unique<RecoverySession>(std::move(*taken));
  }
  const bool skip = session && server_.options().connection_state_recovery->skip_middlewares;
  auto socket = std::make_shared<Socket>(*this, nsp, Handshake(request_, std::move(auth)), std::move(session));
  sockets_.push_back(socket);
  if (skip) return on_connected(socket);
  nsp.run_middlewares(socket, 0, [socket](std::optional<ConnectError> error) {
    if (socket->state_ != Socket::State::connecting) return; // the connection ended meanwhile
    Client& client = socket->client_;
    if (!error && client.session_.open()) return client.on_connected(socket);
    if (error) client.refuse(socket->nsp().name(), *error);
    socket->on_closed(DisconnectReason::server_namespace_disconnect);
    client.remove(*socket);
  });
}

std::optional<Client::RecoveryTicket> Client::ticket_in(JsonView auth) const {
  if (!server_.options().connection_state_recovery || !auth.is_object()) return std::nullopt;
  const auto pid = auth.find("pid"), offset = auth.find("offset");
  if (!pid || !offset || !pid->is_string() || !offset->is_string()) return std::nullopt;
  return RecoveryTicket{std::string(*pid->string()), std::string(*offset->string())};
}

void Client::on_connected(const std::shared_ptr<Socket>& socket) {
  Namespace& nsp = socket->nsp();
  if (!std::exchange(joined_, true)) cancel();
  RecoveryLog* log = nsp.adapter().recovery_log();
  const std::string pid = log ? socket->restore(*log) : std::string(); // what was missed comes before the CONNECT
  nsp.adapter().add_socket(*socket);
  socket->state_ = Socket::State::connected;
  std::string json;
  JsonObjectWriter object(json);
  object.member("sid", socket->id());
  if (log) object.member("pid", pid);
  object.end();
  send_packet(PacketType::connect, nsp.name(), json);
  nsp.told_connection(*socket);
}

void Client::disconnect_all() {
  const auto sockets = sockets_; // each leaves as it is told
  for (const auto& socket : sockets) socket->disconnect();
  close(eio::CloseReason::forced_close);
}

void Client::expel() {
  const auto sockets = sockets_;
  for (const auto& socket : sockets) socket->disconnect();
  session_.expel(server_.loop().now());
}

void Client::on_receipt(eio::Session&, std::uint64_t receipt) {
  const LogScope scope(request_.connection_id());
  const auto sockets = sockets_; // a handler may end one
  for (const auto& socket : sockets) socket->nsp().told_receipt(*socket, receipt);
}

void Client::on_drained(eio::Session&) {
  const LogScope scope(request_.connection_id());
  const auto wants = [](const std::shared_ptr<Socket>& socket) { return socket->drain_wanted_; };
  if (std::none_of(sockets_.begin(), sockets_.end(), wants)) return; // as nearly always
  const auto sockets = sockets_;
  for (const auto& socket : sockets) {
    if (std::exchange(socket->drain_wanted_, false)) socket->nsp().told_drained(*socket);
  }
}

void Client::on_close(eio::Session&, eio::CloseReason reason) {
  const LogScope scope(request_.connection_id());
  cancel();
  forget_questions();
  end_sockets(to_reason(reason));
  server_.on_client_closed(*this);
}

} // namespace wire::sio
