#include "wire/sio/adapter.h"

#include <algorithm>

#include "wire/base/check.h"
#include "wire/eio/packet_codec.h"
#include "wire/sio/msgpack_codec.h"
#include "wire/sio/packet_codec.h"
#include "wire/sio/recovery.h"
#include "wire/sio/server.h"
#include "wire/sio/socket.h"

namespace wire::sio {

EncodedEvent encode_event(std::string_view nsp, std::string_view event, const Payload& payload, bool compress,
                          std::optional<std::uint64_t> ack_id, std::string_view offset, Parser parser) {
  const auto& attachments = payload.attachments();
  const bool msgpack = parser == Parser::msgpack;
  std::string text;
  text.reserve(nsp.size() + event.size() + payload.json().size() + offset.size() + 20);
  if (!msgpack) {
    append_packet_header(text, attachments.empty() ? PacketType::event : PacketType::binary_event, nsp, ack_id,
                         attachments.size());
  }
  text += '[';
  append_json(text, event);
  if (!payload.json().empty()) {
    text += ',';
    text += payload.json();
  }
  if (!offset.empty()) {
    text += ',';
    append_json(text, offset);
  }
  text += ']';
  EncodedEvent encoded;
  if (msgpack) {
    std::string packet;
    append_msgpack_packet(packet, PacketType::event, nsp, ack_id, text, attachments);
    encoded.packet = eio::share_binary(packet);
  } else {
    encoded.packet = eio::share_text(text);
    for (const std::string& bytes : attachments) {
      encoded.attachments.push_back(eio::share_binary(bytes));
      encoded.attachments.back().compress = compress;
    }
  }
  encoded.packet.compress = compress;
  return encoded;
}

// 42/nsp,17["name",…
std::string_view name_in(const EncodedEvent& event) {
  if (event.packet.binary) return {};
  const std::string_view text = event.packet.packet();
  const std::size_t open = text.find("[\"");
  if (open == text.npos) return {};
  const std::string_view name = text.substr(open + 2);
  return name.substr(0, name.find('"'));
}

namespace {

constexpr std::string_view everybody;

// Takes the socket at `place` out of the room; the last one moves there. Answers the socket that moved, if one did.
Socket* take_out(std::vector<Socket*>& members, std::size_t place) {
  Socket* moved = place + 1 < members.size() ? members.back() : nullptr;
  members[place] = members.back();
  members.pop_back();
  return moved;
}

} // namespace

Adapter::Adapter(std::string nsp, Parser parser, Cluster* cluster, net::Loop* loop, std::shared_ptr<RecoveryLog> log)
    : nsp_(std::move(nsp)), parser_(parser), cluster_(cluster), loop_(loop), log_(std::move(log)) {
  if (log_) log_->add_loop(loop_->index());
  if (cluster_) cluster_->on_namespace(nsp_);
}

Adapter::~Adapter() {
  if (log_) log_->remove_loop(loop_->index());
}

Requests& Adapter::requests() {
  check(loop_ != nullptr, "a request without a loop to wait on");
  if (!requests_) requests_ = std::make_unique<Requests>(loop_->timers());
  return *requests_;
}

void Adapter::add_socket(Socket& socket) {
  socket.place_in_all_ = all_.members.size();
  all_.members.push_back(&socket);
  by_id_.emplace(socket.id(), &socket);
  if (cluster_) {
    cluster_->on_room(*this, socket.id());
    if (all_.members.size() == 1) cluster_->on_room(*this, everybody);
  }
  if (!observer_) return;
  observer_->on_create_room(socket.id());
  observer_->on_join_room(socket.id(), socket);
}

void Adapter::remove_socket(Socket& socket) {
  while (!socket.memberships_.empty()) leave(socket, socket.memberships_.back().room->name);
  if (by_id_.erase(socket.id()) == 0) return;
  const std::size_t place = socket.place_in_all_;
  if (Socket* moved = take_out(all_.members, place)) moved->place_in_all_ = place;
  if (cluster_) {
    cluster_->on_room_gone(*this, socket.id());
    if (all_.members.empty()) cluster_->on_room_gone(*this, everybody);
  }
  if (!observer_) return;
  observer_->on_leave_room(socket.id(), socket);
  observer_->on_delete_room(socket.id());
}

void Adapter::join(Socket& socket, std::string_view name) {
  auto found = rooms_.find(name);
  if (found == rooms_.end()) {
    auto room = std::make_unique<Room>();
    room->name = name;
    found = rooms_.emplace(name, std::move(room)).first;
    if (cluster_) cluster_->on_room(*this, name);
    if (observer_) observer_->on_create_room(name);
  }
  Room& room = *found->second;
  const auto here = [&](const Socket::Membership& membership) { return membership.room == &room; };
  if (std::any_of(socket.memberships_.begin(), socket.memberships_.end(), here)) return;
  socket.memberships_.push_back({&room, room.members.size()});
  room.members.push_back(&socket);
  if (observer_) observer_->on_join_room(name, socket);
}

void Adapter::leave(Socket& socket, std::string_view name) {
  const auto found = std::find_if(socket.memberships_.begin(), socket.memberships_.end(),
                                  [&](const Socket::Membership& membership) { return membership.room->name == name; });
  if (found == socket.memberships_.end()) return;
  Room& room = *found->room;
  const std::size_t place = found->place;
  socket.memberships_.erase(found);
  if (Socket* moved = take_out(room.members, place)) {
    for (Socket::Membership& membership : moved->memberships_) {
      if (membership.room == &room) membership.place = place;
    }
  }
  if (observer_) observer_->on_leave_room(room.name, socket);
  if (!room.members.empty()) return;
  if (cluster_) cluster_->on_room_gone(*this, room.name);
  if (observer_) observer_->on_delete_room(room.name);
  rooms_.erase(rooms_.find(room.name));
}

Socket* Adapter::find(std::string_view socket_id) const {
  const auto found = by_id_.find(socket_id);
  return found == by_id_.end() ? nullptr : found->second;
}

const Room* Adapter::room(std::string_view name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

template <class F>
void Adapter::for_each(const BroadcastOptions& options, F&& f) {
  // A middleware may have put a socket into rooms before it is known whether that may connect: it hears nothing yet.
  const auto reach = [&](Socket* socket) {
    if (socket->connected()) f(*socket);
  };
  // The simple cases need no marks: one room, or everybody, nobody excluded.
  if (options.except.empty() && options.rooms.empty()) {
    for (Socket* socket : all_.members) reach(socket);
    return;
  }
  if (options.except.empty() && options.rooms.size() == 1) {
    const Room* only = room(options.rooms[0]);
    Socket* owner = find(options.rooms[0]);
    if (!owner && only) {
      for (Socket* socket : only->members) reach(socket);
    } else if (owner && !only) {
      reach(owner);
    }
    if (!owner || !only) return;
  }
  ++epoch_;
  for (const std::string& name : options.except) {
    if (const Room* excluded = room(name)) {
      for (Socket* socket : excluded->members) socket->epoch_ = epoch_;
    }
    if (Socket* socket = find(name)) socket->epoch_ = epoch_;
  }
  const auto once = [&](Socket* socket) {
    if (socket->epoch_ == epoch_) return;
    socket->epoch_ = epoch_;
    reach(socket);
  };
  if (options.rooms.empty()) {
    for (Socket* socket : all_.members) once(socket);
    return;
  }
  for (const std::string& name : options.rooms) {
    if (const Room* chosen = room(name)) {
      for (Socket* socket : chosen->members) once(socket);
    }
    if (Socket* socket = find(name)) once(socket);
  }
}

void Adapter::for_each_connected(const std::function<void(Socket&)>& f) { for_each({}, f); }

std::vector<std::shared_ptr<Socket>> Adapter::select(const BroadcastOptions& options) {
  std::vector<std::shared_ptr<Socket>> selected;
  for_each(options, [&](Socket& socket) { selected.push_back(socket.shared_from_this()); });
  return selected;
}

void Adapter::deliver(const EncodedEvent& event, const BroadcastOptions& options) {
  std::vector<std::shared_ptr<Socket>> too_slow, watchers; // later: they may change the rooms that are being walked
  std::size_t sent = 0;
  for_each(options, [&](Socket& socket) {
    switch (socket.deliver(event, options.flags)) {
      case Socket::Delivered::yes:
        ++sent;
        break;
      case Socket::Delivered::dropped:
        ++losses_.dropped;
        break;
      case Socket::Delivered::too_slow:
        ++losses_.too_slow;
        too_slow.push_back(socket.shared_from_this());
        return;
    }
    if (socket.watches_outgoing()) watchers.push_back(socket.shared_from_this());
  });
  if (on_sent_) count_sent(name_in(event), sent);
  for (const auto& socket : watchers) {
    if (socket->watches_outgoing()) socket->told_outgoing(event);
  }
  for (const auto& socket : too_slow) socket->cut();
}

void Adapter::join_local(const BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  for (const auto& socket : select(whom)) {
    for (const std::string& name : rooms) socket->join(name);
  }
}

void Adapter::leave_local(const BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  for (const auto& socket : select(whom)) {
    for (const std::string& name : rooms) socket->leave(name);
  }
}

void Adapter::disconnect_local(const BroadcastOptions& whom, bool close) {
  for (const auto& socket : select(whom)) socket->disconnect(close);
}

std::size_t Adapter::deliver_with_ack(std::string_view event, const Payload& payload, const BroadcastOptions& options,
                                      Duration timeout, const std::function<void(const Args*)>& on_answer) {
  const std::uint64_t id = next_ack_id();
  const EncodedEvent encoded = encode_event(nsp_, event, payload, options.flags.compress, id, {}, parser_);
  const auto recipients = select(options);
  for (const auto& socket : recipients) {
    if (!socket->expect_ack(id, timeout, on_answer)) continue;
    if (socket->deliver(encoded, options.flags) == Socket::Delivered::too_slow) socket->cut();
    if (socket->watches_outgoing()) socket->told_outgoing(encoded);
  }
  return recipients.size();
}

std::vector<RemoteSocket> Adapter::describe(const BroadcastOptions& whom) {
  std::vector<RemoteSocket> described;
  for_each(whom, [&](Socket& socket) {
    described.push_back({socket.id(), socket.handshake().to_json(), socket.rooms(), std::string(socket.data())});
  });
  return described;
}

void Adapter::catch_up() {
  while (const auto logged = log_->next(loop_->index())) deliver(logged->event, logged->options);
}

void Adapter::emit(std::string_view event, const Payload& payload, const BroadcastOptions& options) {
  const BroadcastFlags& flags = options.flags;
  if (cluster_ && !flags.local && !flags.from_peer) cluster_->publish(*this, event, payload, options);
  if (!log_ || flags.is_volatile || flags.is_ephemeral) {
    return broadcast(encode_event(nsp_, event, payload, flags.compress, {}, {}, parser_), options);
  }
  log_->append(event, payload, options, flags.local ? loop_->index() : RecoveryLog::every_loop, loop_->now());
  catch_up();
  if (cluster_ && !flags.local) cluster_->catch_up(*this);
}

void Adapter::emit_with_ack(std::string_view event, const Payload& payload, const BroadcastOptions& options,
                            Duration timeout, AnswersHandler handler) {
  ask_clients(requests().begin_broadcast(1 + peers(options.flags), loop_->now() + timeout, std::move(handler)), event,
              payload, options, timeout);
}

void Adapter::emit_with_acks_relayed(std::string_view event, const Payload& payload, const BroadcastOptions& options,
                                     Duration timeout, AnswersRelay relay) {
  ask_clients(requests().begin_relay(1 + peers(options.flags), loop_->now() + timeout, std::move(relay)), event,
              payload, options, timeout);
}

void Adapter::ask_clients(std::uint64_t request, std::string_view event, const Payload& payload,
                          const BroadcastOptions& options, Duration timeout) {
  if (peers(options.flags) > 0) cluster_->broadcast_with_ack(*this, request, event, payload, options, timeout);
  const std::size_t clients = deliver_with_ack(event, payload, options, timeout, [this, request](const Args* answer) {
    if (answer) return requests().on_answer(request, Payload().add(*answer, 0));
    requests().on_no_answer(request);
  });
  requests().on_clients(request, clients);
}

void Adapter::fetch_sockets(const BroadcastOptions& whom, Duration timeout, SocketsHandler handler) {
  const std::uint64_t request =
      requests().begin_fetch(1 + peers(whom.flags), loop_->now() + timeout, std::move(handler));
  if (peers(whom.flags) > 0) cluster_->fetch_sockets(*this, request, whom);
  requests().on_sockets(request, describe(whom));
}

void Adapter::broadcast(const EncodedEvent& event, const BroadcastOptions& options) {
  deliver(event, options);
  if (cluster_ && !options.flags.local) cluster_->broadcast(*this, event, options);
}

void Adapter::sockets_join(const BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  join_local(whom, rooms);
  if (cluster_ && !whom.flags.local) cluster_->join(*this, whom, rooms);
}

void Adapter::sockets_leave(const BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  leave_local(whom, rooms);
  if (cluster_ && !whom.flags.local) cluster_->leave(*this, whom, rooms);
}

void Adapter::disconnect_sockets(const BroadcastOptions& whom, bool close) {
  disconnect_local(whom, close);
  if (cluster_ && !whom.flags.local) cluster_->disconnect(*this, whom, close);
}

} // namespace wire::sio
