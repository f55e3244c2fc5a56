#include "wire/sio/socket.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

#include "wire/base/check.h"
#include "wire/base/limits.h"
#include "wire/base/random.h"
#include "wire/eio/packet_codec.h"
#include "wire/sio/client.h"
#include "wire/sio/guarded.h"
#include "wire/sio/msgpack_codec.h"
#include "wire/sio/namespace.h"
#include "wire/sio/packet_codec.h"
#include "wire/sio/recovery.h"
#include "wire/sio/server.h"

namespace wire::sio {

std::string_view to_string(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::transport_error:
      return "transport error";
    case DisconnectReason::transport_close:
      return "transport close";
    case DisconnectReason::forced_close:
      return "forced close";
    case DisconnectReason::ping_timeout:
      return "ping timeout";
    case DisconnectReason::parse_error:
      return "parse error";
    case DisconnectReason::server_shutting_down:
      return "server shutting down";
    case DisconnectReason::forced_server_close:
      return "forced server close";
    case DisconnectReason::client_namespace_disconnect:
      return "client namespace disconnect";
    case DisconnectReason::server_namespace_disconnect:
      return "server namespace disconnect";
  }
  return "transport close";
}

// Handlers of its own, and acks that it waits for.
struct Socket::Extras final : net::WheelTimer {
  struct PendingAck {
    std::uint64_t id;
    TimePoint deadline;
    AckHandler handler;
  };

  explicit Extras(net::Loop& l) : loop(l) {}
  ~Extras() = default;

  void on_timer(TimePoint now) override {
    for (;;) {
      const auto late =
          std::find_if(acks.begin(), acks.end(), [&](const PendingAck& ack) { return ack.deadline <= now; });
      if (late == acks.end()) break;
      AckHandler handler = std::move(late->handler);
      acks.erase(late);
      guarded("ack", [&] { handler(nullptr); });
    }
    arm();
  }

  void arm() {
    const auto first = std::min_element(
        acks.begin(), acks.end(), [](const PendingAck& a, const PendingAck& b) { return a.deadline < b.deadline; });
    if (first != acks.end()) loop.timers().arm(*this, first->deadline);
  }

  net::Loop& loop;
  std::unordered_map<std::string, EventHandler, SeededHash, std::equal_to<>> handlers;
  std::list<AnyHandler> on_any, on_any_outgoing; // lists: one that runs may add another
  std::list<PacketMiddleware> middlewares;
  std::list<ErrorHandler> on_error;
  std::list<DisconnectHandler> on_disconnecting, on_disconnect;
  std::string data;

  // With connection state recovery:
  std::string pid;
  std::unique_ptr<RecoverySession> session; // what it comes back to, while it connects
  bool recovered = false;
  std::vector<PendingAck> acks;
};

Socket::Socket(Client& client, Namespace& nsp, Handshake handshake, std::unique_ptr<RecoverySession> session)
    : client_(client),
      nsp_(nsp.shared_from_this()),
      id_(session ? session->sid : random_id()),
      handshake_(std::move(handshake)) {
  ++nsp_->sockets_;
  if (!session) return;
  Extras& own = extras();
  own.data = session->data;
  own.session = std::move(session);
}

Socket::~Socket() = default;

net::Loop& Socket::loop() { return nsp_->server().loop(); }

Socket::Extras& Socket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>(loop());
  return *extras_;
}

void Socket::on(std::string_view event, EventHandler handler) {
  extras().handlers.insert_or_assign(std::string(event), std::move(handler));
}

void Socket::on_any(AnyHandler handler) { extras().on_any.push_back(std::move(handler)); }
void Socket::on_any_outgoing(AnyHandler handler) { extras().on_any_outgoing.push_back(std::move(handler)); }
void Socket::use(PacketMiddleware middleware) { extras().middlewares.push_back(std::move(middleware)); }
void Socket::on_error(ErrorHandler handler) { extras().on_error.push_back(std::move(handler)); }

void Socket::on_disconnecting(DisconnectHandler handler) { extras().on_disconnecting.push_back(std::move(handler)); }

void Socket::on_disconnect(DisconnectHandler handler) { extras().on_disconnect.push_back(std::move(handler)); }

std::string_view Socket::data() const {
  return extras_ && !extras_->data.empty() ? std::string_view(extras_->data) : std::string_view("{}");
}

void Socket::set_data(std::string json) { extras().data = std::move(json); }

// --- connection state recovery ---

bool Socket::recovered() const { return extras_ && (extras_->recovered || extras_->session); }

std::string Socket::restore(RecoveryLog& log) {
  Extras& own = extras();
  own.pid = random_id();
  const std::unique_ptr<RecoverySession> session = std::move(own.session);
  if (!session) return own.pid;
  const auto missed = log.missed(*session, loop().index(), limits::unsent_bytes_hard);
  if (!missed) return own.pid; // the log moved on while middlewares ran
  own.pid = session->pid;
  own.recovered = true;
  for (const std::string& room : session->rooms) join(room);
  for (const auto& logged : *missed) deliver(logged->event, logged->options.flags);
  return own.pid;
}

void Socket::save_session(DisconnectReason reason) {
  RecoveryLog* log = nsp_->adapter().recovery_log();
  const bool may_return = reason != DisconnectReason::parse_error &&
                          reason != DisconnectReason::client_namespace_disconnect &&
                          reason != DisconnectReason::server_namespace_disconnect;
  if (!log || !may_return || !extras_) return;
  if (extras_->session) {
    log->put_back(std::move(*extras_->session));
  } else if (state_ != State::connecting) {
    log->save({id_, extras_->pid, rooms(), std::string(data()), loop().index()}, loop().now());
  }
}

// --- out ---

eio::TransportName Socket::transport() const { return client_.session().transport(); }

bool Socket::writable() const { return state_ != State::closed && client_.session().writable(); }

Pressure Socket::pressure() const { return state_ == State::closed ? Pressure::none : client_.session().pressure(); }

std::uint64_t Socket::request_receipt() { return state_ == State::closed ? 0 : client_.session().request_receipt(); }

void Socket::send_encoded(const EncodedEvent& event) {
  if (connected() && deliver(event, {}) == Delivered::too_slow) cut();
}

void Socket::emit_payload(std::string_view event, const Payload& payload, const BroadcastFlags& flags) {
  check(!is_reserved_event(event), "a reserved event name was emitted");
  if (flags.is_volatile && !writable()) return;
  if (!flags.is_volatile && nsp_->adapter().recovery_log() && connected()) {
    BroadcastFlags to_itself = flags;
    to_itself.local = true;
    return nsp_->adapter().emit(event, payload, {{id_}, {}, to_itself}); // so that it is in the log
  }
  send_packet(PacketType::event, std::nullopt, event, payload, flags.compress);
}

void Socket::emit_with_ack_payload(Duration timeout, AckHandler handler, std::string_view event,
                                   const Payload& payload) {
  check(!is_reserved_event(event), "a reserved event name was emitted");
  if (!connected()) return handler(nullptr);
  const std::uint64_t id = nsp_->adapter().next_ack_id();
  if (expect_ack(id, timeout, std::move(handler))) send_packet(PacketType::event, id, event, payload);
}

bool Socket::expect_ack(std::uint64_t id, Duration timeout, AckHandler handler) {
  Extras& own = extras();
  if (own.acks.size() >= nsp_->server().options().acks_outstanding_max) {
    handler(nullptr);
    cut(); // it takes events and answers none
    return false;
  }
  own.acks.push_back({id, loop().now() + timeout, std::move(handler)});
  own.arm();
  return true;
}

void Socket::send_packet(PacketType type, std::optional<std::uint64_t> id, std::optional<std::string_view> event,
                         const Payload& payload, bool compress) {
  if (state_ == State::closed) return;
  eio::Session& session = client_.session();
  if (session.pressure() == Pressure::full) return cut();

  const auto& attachments = payload.attachments();
  const bool msgpack = nsp_->server().options().parser == Parser::msgpack;
  std::string& out = nsp_->server().encode_buffer();
  out.clear();
  if (!msgpack) {
    if (!attachments.empty()) type = type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
    append_packet_header(out, type, nsp_->name(), id, attachments.size());
  }
  const std::size_t data = out.size();
  out += '[';
  if (event) append_json(out, *event);
  if (event && !payload.json().empty()) out += ',';
  out += payload.json();
  out += ']';
  const auto send = [&](std::string_view packet, bool binary) {
    if (compress) return binary ? session.send_binary(packet) : session.send_text(packet);
    eio::SharedPacket as_it_is = binary ? eio::share_binary(packet) : eio::share_text(packet);
    as_it_is.compress = false;
    session.send(as_it_is);
  };
  if (msgpack) {
    std::string packet;
    append_msgpack_packet(packet, type, nsp_->name(), id, out, attachments);
    send(packet, true);
  } else {
    send(out, false);
    for (const std::string& bytes : attachments) send(bytes, true);
  }
  if (event) nsp_->adapter().count_sent(*event, 1);
  if (event && watches_outgoing()) told_outgoing(out.substr(data), attachments);
}

Socket::Delivered Socket::deliver(const EncodedEvent& event, const BroadcastFlags& flags) {
  eio::Session& session = client_.session();
  if (flags.is_volatile && !session.writable()) return Delivered::dropped;
  if (flags.is_ephemeral && session.pressure() != Pressure::none) return Delivered::dropped;
  if (session.pressure() == Pressure::full) return Delivered::too_slow;
  session.send(event.packet);
  for (const eio::SharedPacket& attachment : event.attachments) session.send(attachment);
  return Delivered::yes;
}

bool Socket::watches_outgoing() const { return extras_ && !extras_->on_any_outgoing.empty(); }

// Reads what was encoded, with a parser of its own: that of the server may be in use for the event that led here.
void Socket::told_outgoing(std::string_view json, const std::vector<std::string>& attachments) {
  JsonParser parser({limits::json_depth_max, limits::json_values_max, limits::json_number_chars_max});
  const auto payload = parser.parse(json);
  if (!payload) return; // beyond the limits of what may be read
  const std::string_view event = (*payload)[0].string().value_or(std::string_view());
  for (AnyHandler& handler : extras_->on_any_outgoing) {
    guarded("outgoing", [&] { handler(*this, event, Args(*payload, json, 1, attachments)); });
    if (!extras_) return; // it ended the socket
  }
}

void Socket::told_outgoing(const EncodedEvent& event) {
  std::vector<std::string> attachments;
  if (event.packet.binary) {
    std::string json;
    const auto packet = parse_msgpack_packet(event.packet.packet(), json, attachments);
    if (packet) told_outgoing(packet->json, attachments);
    return;
  }
  for (const eio::SharedPacket& attachment : event.attachments) attachments.emplace_back(attachment.packet());
  const auto packet = parse_packet(event.packet.packet().substr(1), attachments.size()); // behind Engine.IO's digit
  if (packet) told_outgoing(packet->json, attachments);
}

Broadcast Socket::broadcast() { return Broadcast(nsp_->adapter()).except(id_); }

// --- rooms ---

bool Socket::join(std::string_view room) {
  if (state_ == State::closed) return false;
  if (room == id_) return true; // implied
  const ServerOptions& options = nsp_->server().options();
  if (room.size() > options.room_name_bytes_max || memberships_.size() >= options.rooms_per_socket_max) return false;
  nsp_->adapter().join(*this, room);
  return true;
}

void Socket::leave(std::string_view room) { nsp_->adapter().leave(*this, room); }

std::vector<std::string> Socket::rooms() const {
  std::vector<std::string> names;
  if (state_ != State::closed) names.push_back(id_);
  for (const Membership& membership : memberships_) names.push_back(membership.room->name);
  return names;
}

bool Socket::in_room(std::string_view room) const {
  return (room == id_ && state_ != State::closed) ||
         std::any_of(memberships_.begin(), memberships_.end(),
                     [&](const Membership& membership) { return membership.room->name == room; });
}

// --- in ---

void Socket::on_event(std::string_view event, const Args& args, Ack ack) {
  nsp_->told_any(*this, event, args);
  if (extras_ && !passes_middlewares(event, args)) return;
  if (state_ == State::closed) return; // one of them ended it
  if (extras_) {
    if (const auto found = extras_->handlers.find(event); found != extras_->handlers.end()) {
      return found->second(*this, args, std::move(ack));
    }
  }
  nsp_->on_event(*this, event, args, std::move(ack));
}

void Socket::told_error(std::string_view error) {
  if (!extras_) return;
  for (ErrorHandler& handler : extras_->on_error) {
    guarded("error", [&] { handler(*this, error); });
    if (!extras_) return; // it ended the socket
  }
}

bool Socket::passes_middlewares(std::string_view event, const Args& args) {
  for (AnyHandler& handler : extras_->on_any) {
    handler(*this, event, args);
    if (!extras_) return false;
  }
  for (PacketMiddleware& middleware : extras_->middlewares) {
    const auto refusal = middleware(*this, event, args);
    if (!extras_) return false;
    if (!refusal) continue;
    told_error(*refusal);
    return false;
  }
  return true;
}

void Socket::on_ack(std::uint64_t id, const Args& args) {
  if (!extras_) return;
  auto& acks = extras_->acks;
  const auto found =
      std::find_if(acks.begin(), acks.end(), [&](const Extras::PendingAck& ack) { return ack.id == id; });
  if (found == acks.end()) return; // unknown or late: ignored
  AckHandler handler = std::move(found->handler);
  acks.erase(found);
  handler(&args);
}

void Socket::disconnect(bool close_connection) {
  if (state_ == State::closed || closing_) return;
  if (close_connection) return client_.disconnect_all();
  const auto keep = shared_from_this();
  client_.send_packet(PacketType::disconnect, nsp_->name());
  on_closed(DisconnectReason::server_namespace_disconnect);
  client_.remove(*this);
}

void Socket::expel() {
  if (state_ != State::closed && !closing_) client_.expel();
}

void Socket::cut() {
  if (state_ != State::closed) client_.discard(eio::CloseReason::transport_error);
}

void Socket::let_go() {
  if (state_ != State::closed) client_.discard(eio::CloseReason::transport_error, eio::Farewell::restart);
}

void Socket::on_closed(DisconnectReason reason) {
  if (state_ == State::closed || std::exchange(closing_, true)) return; // a handler below may ask for it again
  const auto keep = shared_from_this();
  const bool was_connected = state_ == State::connected;
  if (was_connected) {
    nsp_->told_disconnecting(*this, reason);
    if (extras_) {
      for (auto& handler : extras_->on_disconnecting) guarded("disconnecting", [&] { handler(*this, reason); });
    }
  }
  save_session(reason);
  state_ = State::closed;
  nsp_->adapter().remove_socket(*this);
  if (was_connected) {
    nsp_->told_disconnect(*this, reason);
    if (extras_) {
      for (auto& handler : extras_->on_disconnect) guarded("disconnect", [&] { handler(*this, reason); });
    }
  }
  if (auto own = std::move(extras_)) {
    for (auto& ack : std::exchange(own->acks, {})) guarded("ack", [&] { ack.handler(nullptr); });
    loop().post([own = std::move(own)] {}); // the handler that ended the socket may be one of these
  }
  state.reset();
  --nsp_->sockets_;
  nsp_->server().on_socket_left(*nsp_);
}

} // namespace wire::sio
