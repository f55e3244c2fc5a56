#include "mentara/requests/call_requests.h"

#include <utility>

#include "mentara/contract/call_payloads.h"

namespace mentara::requests {

void CallRequests::history(services::Actor actor, contract::ListCalls request, Reply reply) {
  services::CallQuery query{.before = request.before ? std::move(request.before->value) : std::string(),
                            .limit = request.limit.value};
  home_.ask<services::CallHistory>(
      std::move(reply),
      [this, actor = std::move(actor), query = std::move(query)](Done<services::CallHistory> done) mutable {
        calls_.history(std::move(actor), std::move(query), std::move(done));
      },
      [](const services::CallHistory& history) {
        contract::CallsAck ack{.calls = {history.calls}};
        if (!history.next_cursor.empty()) ack.nextCursor.value = history.next_cursor;
        return ack;
      });
}

void CallRequests::ice_servers(services::Actor actor, contract::AskIceServers, Reply reply) {
  const IceServers servers = ice_.for_user(actor.user_id);
  reply(wire::to_json(contract::IceServersAck{.iceServers = {servers.servers}, .ttl = servers.ttl_s}));
}

} // namespace mentara::requests
