#include "mentara/requests/presence_requests.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace mentara::requests {
namespace {

contract::PlainAck plain(std::monostate) { return {}; }
contract::PresenceAck to_ack(const std::vector<Presence>& presence) { return {.presence = {presence}}; }

} // namespace

void PresenceRequests::set(Actor actor, contract::SetPresence request, Reply reply) {
  PresenceSettings settings{request.status, std::move(request.text.value),
                            request.until ? std::optional(request.until->value) : std::nullopt};
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), settings = std::move(settings)](Done<std::monostate> done) mutable {
        presence_.set(std::move(actor), std::move(settings), std::move(done));
      },
      plain);
}

void PresenceRequests::subscribe(Actor actor, contract::WhichUsers request, Reply reply) {
  home_.ask<std::vector<Presence>>(
      std::move(reply),
      [this, actor = std::move(actor), users = std::move(request.userIds.value)](auto done) mutable {
        presence_.subscribe(std::move(actor), std::move(users), std::move(done));
      },
      to_ack);
}

void PresenceRequests::unsubscribe(Actor actor, contract::WhichUsers request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), users = std::move(request.userIds.value)](auto done) mutable {
        presence_.unsubscribe(actor, users);
        done(std::monostate{});
      },
      plain);
}

void PresenceRequests::ask(Actor actor, contract::WhichUsers request, Reply reply) {
  home_.ask<std::vector<Presence>>(
      std::move(reply),
      [this, actor = std::move(actor), users = std::move(request.userIds.value)](auto done) mutable {
        presence_.ask(std::move(actor), std::move(users), std::move(done));
      },
      to_ack);
}

} // namespace mentara::requests
