#include "wire/cluster/local_bus.h"

#include <algorithm>
#include <utility>

#include "wire/cluster/redis_adapter.h"
#include "wire/cluster/reply_to.h"

namespace wire::cluster {

namespace {

constexpr std::string_view everybody; // as a room

bool may_have_any(const RoomFilter& filter, std::string_view nsp, const std::vector<std::string>& rooms) {
  if (rooms.empty()) return filter.may_have(nsp, everybody);
  return std::any_of(rooms.begin(), rooms.end(), [&](const std::string& room) { return filter.may_have(nsp, room); });
}

} // namespace

RoomFilter* LocalBus::rooms_of(const sio::Server& server) const {
  for (const Member& member : members_) {
    if (member.server == &server) return member.rooms.get();
  }
  return nullptr;
}

template <class F>
void LocalPort::for_each_other(std::string_view nsp, const std::vector<std::string>& rooms, F f) {
  for (const LocalBus::Member& member : bus_.members()) {
    if (member.server == own_ || !may_have_any(*member.rooms, nsp, rooms)) continue;
    ++posted_;
    f(member);
  }
}

template <class F>
void LocalPort::on_others(sio::Adapter& from, const std::vector<std::string>& rooms, F f) {
  for_each_other(from.nsp(), rooms, [&](const LocalBus::Member& member) {
    member.server->loop().post([server = member.server, nsp = from.nsp(), f] {
      if (sio::Namespace* there = server->find(nsp)) f(there->adapter());
    });
  });
}

template <class F>
void LocalPort::on_nodes(const sio::BroadcastFlags& flags, F f) {
  if (!nodes_ || flags.from_peer) return;
  // Posted on the home loop too: a namespace may be made before there is a server there.
  home_->post([nodes = nodes_, f = std::move(f)]() mutable { f(*nodes); });
}

std::size_t LocalPort::peers(const sio::BroadcastFlags& flags) const {
  return bus_.members().size() - 1 + (nodes_ && !flags.from_peer ? 1 : 0);
}

void LocalPort::on_namespace(std::string_view nsp) {
  on_nodes({}, [name = std::string(nsp)](RedisAdapter& nodes) { nodes.open(name); });
}

void LocalPort::publish(sio::Adapter& from, std::string_view event, const sio::Payload& payload,
                        const sio::BroadcastOptions& options) {
  on_nodes(options.flags, [nsp = from.nsp(), name = std::string(event), payload, options](RedisAdapter& nodes) mutable {
    nodes.broadcast(nsp, std::move(name), std::move(payload), std::move(options));
  });
}

void LocalPort::broadcast(sio::Adapter& from, const sio::EncodedEvent& event, const sio::BroadcastOptions& options) {
  on_others(from, options.rooms, [event, options](sio::Adapter& adapter) { adapter.deliver(event, options); });
}

// The rooms count as joined from now on: what is broadcast to them next must follow.
void LocalPort::join(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  for_each_other(from.nsp(), whom.rooms, [&](const LocalBus::Member& member) {
    for (const std::string& room : rooms) member.rooms->add(from.nsp(), room);
    member.server->loop().post([server = member.server, filter = member.rooms.get(), nsp = from.nsp(), whom, rooms] {
      if (sio::Namespace* there = server->find(nsp)) there->adapter().join_local(whom, rooms);
      for (const std::string& room : rooms) filter->remove(nsp, room);
    });
  });
  on_nodes(whom.flags, [nsp = from.nsp(), whom, rooms](RedisAdapter& nodes) { nodes.join(nsp, whom, rooms); });
}

void LocalPort::leave(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  on_others(from, whom.rooms, [whom, rooms](sio::Adapter& adapter) { adapter.leave_local(whom, rooms); });
  on_nodes(whom.flags, [nsp = from.nsp(), whom, rooms](RedisAdapter& nodes) { nodes.leave(nsp, whom, rooms); });
}

void LocalPort::disconnect(sio::Adapter& from, const sio::BroadcastOptions& whom, bool close) {
  on_others(from, whom.rooms, [whom, close](sio::Adapter& adapter) { adapter.disconnect_local(whom, close); });
  on_nodes(whom.flags, [nsp = from.nsp(), whom, close](RedisAdapter& nodes) { nodes.disconnect(nsp, whom, close); });
}

void LocalPort::on_room(sio::Adapter& of, std::string_view room) { bus_.rooms_of(*own_)->add(of.nsp(), room); }

void LocalPort::on_room_gone(sio::Adapter& of, std::string_view room) { bus_.rooms_of(*own_)->remove(of.nsp(), room); }

// Each loop reads the log for itself, whatever rooms it has: what it keeps is bounded by the slowest.
void LocalPort::catch_up(sio::Adapter& from) {
  for (const LocalBus::Member& member : bus_.members()) {
    if (member.server == own_) continue;
    member.server->loop().post([server = member.server, nsp = from.nsp()] {
      if (sio::Namespace* there = server->find(nsp)) there->adapter().catch_up();
    });
  }
}

void LocalPort::broadcast_with_ack(sio::Adapter& from, std::uint64_t request, std::string_view event,
                                   const sio::Payload& payload, const sio::BroadcastOptions& options,
                                   Duration timeout) {
  for (const LocalBus::Member& member : bus_.members()) {
    sio::Server* const server = member.server;
    if (server == own_) continue;
    server->loop().post([server, reply = ReplyTo(*own_, from.nsp()), nsp = from.nsp(), request,
                         event = std::string(event), payload, options, timeout] {
      sio::Namespace* there = server->find(nsp);
      std::size_t clients = 0;
      if (there) {
        const auto on_answer = [reply, request](const sio::Args* answer) {
          if (!answer) return reply([request](sio::Requests& requests) { requests.on_no_answer(request); });
          reply([request, given = sio::Payload().add(*answer, 0)](sio::Requests& requests) mutable {
            requests.on_answer(request, std::move(given));
          });
        };
        clients = there->adapter().deliver_with_ack(event, payload, options, timeout, on_answer);
      }
      reply([request, clients](sio::Requests& requests) { requests.on_clients(request, clients); });
    });
  }
  on_nodes(options.flags, [server = own_, nsp = from.nsp(), request, name = std::string(event), payload, options,
                           timeout](RedisAdapter& nodes) mutable {
    nodes.broadcast_with_ack(*server, nsp, request, std::move(name), std::move(payload), std::move(options), timeout);
  });
}

void LocalPort::fetch_sockets(sio::Adapter& from, std::uint64_t request, const sio::BroadcastOptions& whom) {
  for (const LocalBus::Member& member : bus_.members()) {
    sio::Server* const server = member.server;
    if (server == own_) continue;
    server->loop().post([server, reply = ReplyTo(*own_, from.nsp()), nsp = from.nsp(), request, whom] {
      sio::Namespace* there = server->find(nsp);
      auto sockets = there ? there->adapter().describe(whom) : std::vector<sio::RemoteSocket>();
      reply([request, sockets = std::move(sockets)](sio::Requests& requests) mutable {
        requests.on_sockets(request, std::move(sockets));
      });
    });
  }
  on_nodes(whom.flags, [server = own_, nsp = from.nsp(), request, whom](RedisAdapter& nodes) {
    nodes.fetch_sockets(*server, nsp, request, whom);
  });
}

} // namespace wire::cluster
