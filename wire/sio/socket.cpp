#include "wire/sio/socket.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "wire/base/check.h"
#include "wire/base/limits.h"
#include "wire/base/random.h"
#include "wire/sio/client.h"
#include "wire/sio/guarded.h"
#include "wire/sio/namespace.h"
#include "wire/sio/packet_codec.h"
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
  std::vector<UniqueFunction<void(Socket&, DisconnectReason)>> on_disconnecting, on_disconnect;
  std::vector<PendingAck> acks;
};

Socket::Socket(Client& client, Namespace& nsp, Handshake handshake)
    : client_(client), nsp_(nsp), id_(random_id()), handshake_(std::move(handshake)) {}

Socket::~Socket() = default;

net::Loop& Socket::loop() { return nsp_.server().loop(); }

Socket::Extras& Socket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>(loop());
  return *extras_;
}

void Socket::on(std::string_view event, EventHandler handler) {
  extras().handlers.insert_or_assign(std::string(event), std::move(handler));
}

void Socket::on_disconnecting(UniqueFunction<void(Socket&, DisconnectReason)> handler) {
  extras().on_disconnecting.push_back(std::move(handler));
}

void Socket::on_disconnect(UniqueFunction<void(Socket&, DisconnectReason)> handler) {
  extras().on_disconnect.push_back(std::move(handler));
}

// --- out ---

bool Socket::writable() const { return state_ != State::closed && client_.session().writable(); }

void Socket::emit_payload(std::string_view event, const Payload& payload) {
  check(!is_reserved_event(event), "a reserved event name was emitted");
  send_packet(PacketType::event, std::nullopt, event, payload);
}

void Socket::emit_with_ack_payload(Duration timeout, AckHandler handler, std::string_view event,
                                   const Payload& payload) {
  check(!is_reserved_event(event), "a reserved event name was emitted");
  if (!connected()) return handler(nullptr);
  Extras& own = extras();
  if (own.acks.size() >= limits::acks_outstanding_max) {
    handler(nullptr);
    return end_slow_connection(); // it takes events and answers none
  }
  const std::uint64_t id = nsp_.next_ack_id_++;
  own.acks.push_back({id, loop().now() + timeout, std::move(handler)});
  own.arm();
  send_packet(PacketType::event, id, event, payload);
}

void Socket::send_packet(PacketType type, std::optional<std::uint64_t> id, std::optional<std::string_view> event,
                         const Payload& payload) {
  if (state_ == State::closed) return;
  eio::Session& session = client_.session();
  if (session.pressure() == Pressure::full) return end_slow_connection();

  const auto& attachments = payload.attachments();
  if (!attachments.empty()) type = type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
  std::string& out = nsp_.server().encode_buffer();
  out.clear();
  append_packet_header(out, type, nsp_.name(), id, attachments.size());
  out += '[';
  if (event) append_json(out, *event);
  if (event && !payload.json().empty()) out += ',';
  out += payload.json();
  out += ']';
  session.send_text(out);
  for (const std::string& bytes : attachments) session.send_binary(bytes);
}

bool Socket::deliver(const EncodedEvent& event, const BroadcastFlags& flags) {
  eio::Session& session = client_.session();
  if (flags.is_volatile && !session.writable()) return true;
  if (session.pressure() == Pressure::full) return false;
  session.send(event.text);
  for (const eio::SharedPacket& attachment : event.attachments) session.send(attachment);
  return true;
}

void Socket::end_slow_connection() {
  if (state_ != State::closed) client_.discard(eio::CloseReason::transport_error);
}

Broadcast Socket::broadcast() { return Broadcast(nsp_.adapter()).except(id_); }

// --- rooms ---

bool Socket::join(std::string_view room) {
  if (state_ == State::closed) return false;
  if (room == id_) return true; // implied
  if (room.size() > limits::room_name_bytes_max || memberships_.size() >= limits::rooms_per_socket_max) return false;
  nsp_.adapter().join(*this, room);
  return true;
}

void Socket::leave(std::string_view room) { nsp_.adapter().leave(*this, room); }

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
  for (auto& handler : nsp_.on_any_) handler(*this, event, args);
  if (state_ == State::closed) return; // one of them ended it
  if (extras_) {
    if (const auto found = extras_->handlers.find(event); found != extras_->handlers.end()) {
      return found->second(*this, args, std::move(ack));
    }
  }
  nsp_.on_event(*this, event, args, std::move(ack));
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
  std::string packet;
  append_packet_header(packet, PacketType::disconnect, nsp_.name());
  client_.session().send_text(packet);
  on_closed(DisconnectReason::server_namespace_disconnect);
  client_.remove(*this);
}

void Socket::on_closed(DisconnectReason reason) {
  if (state_ == State::closed || std::exchange(closing_, true)) return; // a handler below may ask for it again
  const auto keep = shared_from_this();
  const bool was_connected = state_ == State::connected;
  if (was_connected) {
    for (auto& handler : nsp_.on_disconnecting_) guarded("disconnecting", [&] { handler(*this, reason); });
    if (extras_) {
      for (auto& handler : extras_->on_disconnecting) guarded("disconnecting", [&] { handler(*this, reason); });
    }
  }
  state_ = State::closed;
  nsp_.adapter().remove_socket(*this);
  if (was_connected) {
    for (auto& handler : nsp_.on_disconnect_) guarded("disconnect", [&] { handler(*this, reason); });
    if (extras_) {
      for (auto& handler : extras_->on_disconnect) guarded("disconnect", [&] { handler(*this, reason); });
    }
  }
  if (auto own = std::move(extras_)) {
    for (auto& ack : std::exchange(own->acks, {})) guarded("ack", [&] { ack.handler(nullptr); });
    loop().post([own = std::move(own)] {}); // the handler that ended the socket may be one of these
  }
  state.reset();
}

} // namespace wire::sio
