#include "mentara/requests/access_requests.h"

#include <optional>
#include <utility>
#include <variant>

#include "mentara/contract/messaging_acks.h"

namespace mentara::requests {
namespace {

std::optional<UnixTime> time_of(const std::optional<contract::Timestamp>& time) {
  return time ? std::optional(time->value) : std::nullopt;
}

} // namespace

void AccessRequests::revoke(Actor, contract::RevokeTokens request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, request = std::move(request)](Done<std::monostate> done) mutable {
        services::RevocationService& revocations = services_.revocations;
        const auto revoke_user = [this, &revocations](const contract::RevokeTokens& asked, Done<std::monostate> then) {
          revocations.revoke_user(*asked.userId, time_of(asked.issuedBefore).value_or(services_.clock.now()),
                                  std::move(then));
        };
        if (!request.jti) return revoke_user(request, std::move(done));
        std::string token_id = request.jti->value;
        const auto expires_at = time_of(request.expiresAt);
        if (!request.userId) return revocations.revoke_token(std::move(token_id), expires_at, std::move(done));
        revocations.revoke_token(std::move(token_id), expires_at,
                                 [revoke_user, request = std::move(request),
                                  done = std::move(done)](wire::Result<std::monostate, Failure> revoked) mutable {
                                   if (!revoked) return done(std::move(revoked));
                                   revoke_user(request, std::move(done));
                                 });
      },
      [](std::monostate) { return contract::PlainAck{}; });
}

void AccessRequests::disconnect(Actor, contract::DisconnectUser request, Reply reply) {
  home_.ask<connections::UserEndings::Ended>(
      std::move(reply),
      [this, request = std::move(request)](Done<connections::UserEndings::Ended> done) mutable {
        std::string reason = request.reason.value.empty() ? "disconnected" : std::move(request.reason.value);
        services_.endings.end(
            request.userId, {std::move(reason), "Your connection was ended."},
            [done = std::move(done)](connections::UserEndings::Ended ended) mutable { done(std::move(ended)); });
      },
      [](const connections::UserEndings::Ended& ended) {
        contract::DisconnectedAck ack{.sockets = ended.sockets};
        if (!ended.missing.empty()) ack.missingNodes = {ended.missing};
        return ack;
      });
}

} // namespace mentara::requests
