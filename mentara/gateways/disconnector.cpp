#include "mentara/gateways/disconnector.h"

#include <utility>

#include "mentara/connections/connection_manager.h"
#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"
#include "mentara/gateways/caller.h"
#include "mentara/gateways/feed.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::gateways {
namespace {

const services::Ending& revoked() {
  static const services::Ending ending{std::string(to_string(Code::token_revoked)),
                                       "Your token was revoked; sign in again."};
  return ending;
}

} // namespace

template <class EndSome>
void Disconnector::on_every_loop(EndSome end_some) const {
  for (wire::sio::Namespace* nsp : namespaces_) {
    nsp->server().loop().post([nsp, end_some] { end_some(*nsp); });
  }
}

void Disconnector::end(wire::sio::Socket& socket, const services::Ending& ending) {
  Feed::say(socket, contract::server_event::server_disconnect.name,
            contract::ServerDisconnect{ending.reason, ending.error});
  socket.disconnect();
}

void Disconnector::expel(wire::sio::Socket& socket, const services::Ending& ending) {
  Feed::say(socket, contract::server_event::server_disconnect.name,
            contract::ServerDisconnect{ending.reason, ending.error});
  socket.expel();
}

void Disconnector::disconnect_user(const UserId& user, services::Ending ending) {
  on_every_loop([room = connections::user_room(user), ending = std::move(ending)](wire::sio::Namespace& nsp) {
    for (const auto& socket : nsp.adapter().select({.rooms = {room}, .except = {}, .flags = {}})) end(*socket, ending);
  });
}

void Disconnector::end_surplus(std::string_view name, std::string socket_id) {
  on_every_loop([name = std::string(name), id = std::move(socket_id)](wire::sio::Namespace& nsp) {
    wire::sio::Socket* const socket = nsp.name() == name ? nsp.adapter().find(id) : nullptr;
    if (socket) end(*socket, {std::string(to_string(Code::connection_limit)), connections::too_many_sockets().error});
  });
}

void Disconnector::disconnect_revoked(const Revocation& revocation) {
  // Of a user's, those in his room; whoever may have shown a token is found by looking at all.
  wire::sio::BroadcastOptions whom;
  if (revocation.token_id.empty()) whom.rooms.push_back(connections::user_room(revocation.user_id));
  on_every_loop([revocation, whom](wire::sio::Namespace& nsp) {
    for (const auto& socket : nsp.adapter().select(whom)) {
      if (revocation.concerns(caller_of(*socket).identity)) end(*socket, revoked());
    }
  });
}

} // namespace mentara::gateways
