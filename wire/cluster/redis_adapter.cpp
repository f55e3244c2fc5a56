#include "wire/cluster/redis_adapter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "wire/base/log.h"
#include "wire/base/random.h"
#include "wire/cluster/message_codec.h"
#include "wire/cluster/reply_to.h"

namespace wire::cluster {
namespace {

sio::BroadcastOptions from_peer(sio::BroadcastOptions options) {
  options.flags.from_peer = true;
  return options;
}

} // namespace

RedisAdapter::RedisAdapter(net::Loop& home, const LocalBus& bus, std::unique_ptr<PubSub> pub_sub, std::string key)
    : loop_(home), bus_(bus), pub_sub_(std::move(pub_sub)), key_(std::move(key)), uid_(random_id()) {}

RedisAdapter::~RedisAdapter() = default;

void RedisAdapter::start(sio::Server& home) {
  if (std::exchange(home_, &home)) return;
  const auto tell = [this](bool ready) {
    for (const auto& handler : on_state_) handler(ready);
  };
  pub_sub_->start({[tell] { tell(true); }, [tell] { tell(false); },
                   [this](std::string_view channel, std::string_view bytes) { on_message(channel, bytes); }});
  for (const auto& [channel, handler] : heard_) pub_sub_->subscribe(channel);
}

void RedisAdapter::hear(std::string_view name, std::function<void(std::string_view)> handler) {
  std::string channel = key_ + "-" + std::string(name);
  if (home_) pub_sub_->subscribe(channel);
  heard_.insert_or_assign(std::move(channel), std::move(handler));
}

bool RedisAdapter::announce(std::string_view name, std::string_view bytes) {
  return publish(key_ + "-" + std::string(name), bytes);
}

RedisAdapter::Channels RedisAdapter::channels(std::string_view nsp) const {
  const std::string suffix = "#" + std::string(nsp) + "#";
  return {key_ + suffix, key_ + "-request" + suffix, key_ + "-response" + suffix};
}

void RedisAdapter::open(const std::string& nsp) {
  const auto [opened, is_new] = open_.emplace(nsp, channels(nsp));
  if (!is_new) return;
  const Channels& names = opened->second;
  pub_sub_->subscribe_beginning(names.broadcast);
  pub_sub_->subscribe(names.request);
  pub_sub_->subscribe(names.response);
  pub_sub_->subscribe(names.response + uid_ + "#"); // peers with publishOnSpecificResponseChannel
}

sio::Adapter* RedisAdapter::find(const std::string& nsp) {
  sio::Namespace* const found = home_->find(nsp);
  return found ? &found->adapter() : nullptr;
}

bool RedisAdapter::somebody_is_in(std::string_view nsp, std::string_view room) const {
  return std::any_of(bus_.members().begin(), bus_.members().end(),
                     [&](const LocalBus::Member& member) { return member.rooms->may_have(nsp, room); });
}

// --- what happens here ---

bool RedisAdapter::publish(std::string_view channel, std::string_view bytes) {
  const bool sent = pub_sub_->publish(channel, bytes);
  ++(sent ? published_ : lost_);
  return sent;
}

void RedisAdapter::broadcast(const std::string& nsp, std::string event, sio::Payload payload,
                             sio::BroadcastOptions options) {
  std::string channel = channels(nsp).broadcast;
  if (options.rooms.size() == 1) channel += options.rooms[0] + "#"; // only nodes that have that room read it
  publish(channel, encode(BroadcastMessage{uid_, nsp, std::move(event), std::move(payload), std::move(options)}));
}

void RedisAdapter::join(const std::string& nsp, sio::BroadcastOptions whom, std::vector<std::string> rooms) {
  Request request{.type = RequestType::remote_join, .from = uid_};
  request.whom = std::move(whom);
  request.rooms = std::move(rooms);
  publish(channels(nsp).request, encode(request, nsp));
}

void RedisAdapter::leave(const std::string& nsp, sio::BroadcastOptions whom, std::vector<std::string> rooms) {
  Request request{.type = RequestType::remote_leave, .from = uid_};
  request.whom = std::move(whom);
  request.rooms = std::move(rooms);
  publish(channels(nsp).request, encode(request, nsp));
}

void RedisAdapter::disconnect(const std::string& nsp, sio::BroadcastOptions whom, bool close) {
  Request request{.type = RequestType::remote_disconnect, .from = uid_};
  request.whom = std::move(whom);
  request.close = close;
  publish(channels(nsp).request, encode(request, nsp));
}

void RedisAdapter::broadcast_with_ack(sio::Server& server, const std::string& nsp, std::uint64_t request,
                                      std::string event, sio::Payload payload, sio::BroadcastOptions options,
                                      Duration timeout) {
  Request message{.type = RequestType::broadcast};
  message.whom = std::move(options);
  message.event = std::move(event);
  message.payload = std::move(payload);
  message.timeout = timeout;
  ask(server, nsp, request, std::move(message), timeout);
}

void RedisAdapter::fetch_sockets(sio::Server& server, const std::string& nsp, std::uint64_t request,
                                 sio::BroadcastOptions whom) {
  Request message{.type = RequestType::remote_fetch};
  message.whom = std::move(whom);
  ask(server, nsp, request, std::move(message), limits::cluster_request_timeout);
}

// How many nodes will answer is only known to Redis. A node that is counted and does not answer makes the answer
// incomplete when time is up; without Redis it is incomplete at once.
void RedisAdapter::ask(sio::Server& server, const std::string& nsp, std::uint64_t request, Request message,
                       Duration timeout) {
  const ReplyTo reply(server, nsp);
  pub_sub_->count_subscribers(
      channels(nsp).request, [this, reply, server = &server, nsp, request, message = std::move(message),
                              timeout](std::optional<std::size_t> nodes) mutable {
        const bool counted = nodes && *nodes > 0; // we are one of them
        message.from = uid_;
        message.id = random_id();
        const std::string id = message.id;
        if (counted && *nodes > 1) {
          forget_old();
          asked_.emplace(id, Asked{server, nsp, request, loop_.now() + timeout});
        }
        // Before any of them can answer: both go to the asking loop in this order.
        reply([request, counted, others = counted ? *nodes - 1 : 0](sio::Requests& requests) {
          counted ? requests.on_servers_counted(request, others) : requests.on_no_server(request);
        });
        if (!counted || *nodes == 1 || publish(channels(nsp).request, encode(message, nsp))) return;
        asked_.erase(id);
      });
}

void RedisAdapter::forget_old() {
  std::erase_if(asked_, [now = loop_.now()](const auto& one) { return one.second.until < now; });
}

// --- what happens elsewhere ---

void RedisAdapter::on_message(std::string_view channel, std::string_view bytes) {
  if (const auto heard = heard_.find(channel); heard != heard_.end()) return heard->second(bytes);
  for (const auto& [nsp, names] : open_) {
    if (channel == names.request) return on_request(nsp, bytes);
    if (channel.starts_with(names.response)) return on_response(bytes);
    if (!channel.starts_with(names.broadcast)) continue;
    std::string_view room = channel.substr(names.broadcast.size());
    if (room.ends_with('#')) room.remove_suffix(1);
    return on_broadcast(nsp, room, bytes);
  }
}

void RedisAdapter::refuse(std::string_view what, MessageError error) {
  ++refused_;
  log(LogLevel::warn, "a message of another node cannot be read", {{"what", what}, {"why", describe(error)}});
}

void RedisAdapter::on_broadcast(const std::string& nsp, std::string_view room, std::string_view bytes) {
  if (!somebody_is_in(nsp, room)) return;
  auto message = parse_broadcast(bytes);
  if (!message) return refuse("broadcast", message.error());
  if (message->from == uid_ || message->nsp != nsp) return;
  sio::Adapter* const adapter = find(nsp);
  if (adapter) adapter->emit(message->event, message->payload, from_peer(std::move(message->options)));
}

void RedisAdapter::on_request(const std::string& nsp, std::string_view bytes) {
  auto parsed = parse_request(bytes);
  if (!parsed) return refuse("request", parsed.error());
  Request& request = *parsed;
  if (request.from == uid_) return; // done already
  sio::Adapter* const adapter = find(nsp);
  if (!adapter) return;
  sio::BroadcastOptions whom = from_peer(std::move(request.whom));
  switch (request.type) {
    case RequestType::remote_join:
      return adapter->sockets_join(whom, request.rooms);
    case RequestType::remote_leave:
      return adapter->sockets_leave(whom, request.rooms);
    case RequestType::remote_disconnect:
      return adapter->disconnect_sockets(whom, request.close);
    case RequestType::sockets:
    case RequestType::all_rooms:
    case RequestType::remote_fetch:
      return adapter->fetch_sockets(
          whom, limits::cluster_request_timeout,
          [this, nsp, id = request.id, type = request.type](bool, const std::vector<sio::RemoteSocket>& sockets) {
            Response response{.kind = Response::Kind::described, .id = id};
            if (type == RequestType::remote_fetch) {
              response.sockets = sockets;
              return answer(nsp, std::move(response));
            }
            std::set<std::string> names;
            for (const sio::RemoteSocket& socket : sockets) {
              if (type == RequestType::sockets) {
                names.insert(socket.id);
              } else {
                names.insert(socket.rooms.begin(), socket.rooms.end());
              }
            }
            response.kind = type == RequestType::sockets ? Response::Kind::sockets : Response::Kind::rooms;
            response.names.assign(names.begin(), names.end());
            answer(nsp, std::move(response));
          });
    case RequestType::broadcast:
      return adapter->emit_with_acks_relayed(
          request.event, request.payload, whom, request.timeout,
          {[this, nsp, id = request.id](std::size_t clients) {
             answer(nsp, {.kind = Response::Kind::client_count, .id = id, .clients = clients});
           },
           [this, nsp, id = request.id](sio::Payload given) {
             answer(nsp, {.kind = Response::Kind::client_answer, .id = id, .answer = std::move(given)});
           }});
    case RequestType::server_side_emit:
      return; // nobody here listens to servers
  }
}

void RedisAdapter::answer(const std::string& nsp, Response response) {
  publish(channels(nsp).response, encode(response));
}

void RedisAdapter::on_response(std::string_view bytes) {
  auto parsed = parse_response(bytes);
  if (!parsed) return refuse("response", parsed.error());
  const auto asked = asked_.find(parsed->id);
  if (asked == asked_.end()) return; // somebody else's, or too late
  const ReplyTo reply(*asked->second.server, asked->second.nsp);
  reply([request = asked->second.request, response = std::move(*parsed)](sio::Requests& requests) mutable {
    switch (response.kind) {
      case Response::Kind::described:
        return requests.on_sockets(request, std::move(response.sockets));
      case Response::Kind::client_count:
        return requests.on_clients(request, response.clients);
      case Response::Kind::client_answer:
        return requests.on_answer(request, std::move(response.answer));
      case Response::Kind::sockets:
      case Response::Kind::rooms:
      case Response::Kind::emitted:
        return; // we do not ask for them
    }
  });
}

} // namespace wire::cluster
