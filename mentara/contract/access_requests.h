#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "mentara/contract/constraints.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/id.h"
#include "mentara/limits.h"

// What backends ask about who may be connected, over REST alone (decode.h), and the answers.
namespace mentara::contract {

// POST /api/auth/revoke: one token by its jti, or all of a user's that were issued before a time, now if none is said;
// or both.
struct RevokeTokens {
  std::optional<UserId> userId;
  std::optional<Timestamp> issuedBefore;
  std::optional<Text<1, limits::token_bytes_max>> jti;
  std::optional<Timestamp> expiresAt; // of the token with that jti: until then the revocation has to be kept
};
BOOST_DESCRIBE_STRUCT(RevokeTokens, (), (userId, issuedBefore, jti, expiresAt))
std::optional<Failure> validate(const RevokeTokens& request); // something that is revoked

// POST /api/users/{userId}/disconnect
struct DisconnectUser {
  UserId userId;
  OrEmpty<Text<0, limits::reason_chars_max>> reason; // as his clients are told
};
BOOST_DESCRIBE_STRUCT(DisconnectUser, (), (userId, reason))

struct NodeName {
  std::string value;
};

struct DisconnectedAck {
  Success success{};
  std::size_t sockets = 0; // that were ended, on all nodes that answered
  // Nodes that did not: what the user has there may still be connected. None: all answered.
  std::optional<ListOf<std::string_view, NodeName>> missingNodes{};
};
BOOST_DESCRIBE_STRUCT(DisconnectedAck, (), (success, sockets, missingNodes))
void append_json(std::string& out, const DisconnectedAck& ack);

} // namespace mentara::contract
