#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "mentara/contract/constraints.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "mentara/limits.h"
#include "wire/base/limits.h"

// What is said in every namespace: when a socket has been accepted, and about its token. They borrow: encode at once.
namespace mentara::contract {

// What a client may send at most: bytes of a packet, characters of a message, entries of lists.
struct LimitsShape {
  std::size_t maxPayload = wire::limits::max_http_buffer_size;
  std::size_t contentMax = limits::content_chars_max;
  std::size_t attachmentsMax = limits::attachments_max;
  std::size_t participantsMax = limits::participants_max;
};
BOOST_DESCRIBE_STRUCT(LimitsShape, (), (maxPayload, contentMax, attachmentsMax, participantsMax))

// connected: the first event of a socket.
struct Connected {
  std::string_view userId;
  UserShape user;
  std::string_view socketId;
  std::string_view deviceId;
  UnixTime serverTime{};
  bool recovered = false;
  std::string_view cursor; // where this device's replay begins
  LimitsShape limits{};
  std::string_view version; // of the server
};
BOOST_DESCRIBE_STRUCT(Connected, (), (userId, user, socketId, deviceId, serverTime, recovered, cursor, limits, version))
void append_json(std::string& out, const Connected& connected);

// sync:complete: the replay is over; what comes now is new.
struct SyncComplete {
  std::string_view cursor;
  std::int64_t replayed = 0; // events
};
BOOST_DESCRIBE_STRUCT(SyncComplete, (), (cursor, replayed))
void append_json(std::string& out, const SyncComplete& complete);

// sync:reset: what was missed is not replayed; reload it (conversation:list, conversation:history) and go on from here.
struct SyncReset {
  std::string_view reason;
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(SyncReset, (), (reason, cursor))
void append_json(std::string& out, const SyncReset& reset);

// auth:expiring, auth:expired: when the token ends, or ended.
struct TokenEnd {
  UnixTime expiresAt{};
};
BOOST_DESCRIBE_STRUCT(TokenEnd, (), (expiresAt))
void append_json(std::string& out, const TokenEnd& end);

// server:disconnect: why the server ends this socket, which it does right behind it.
struct ServerDisconnect {
  std::string_view reason; // for a program: token_revoked, rate_limited, or what a backend said
  std::string_view error;  // for a person
};
BOOST_DESCRIBE_STRUCT(ServerDisconnect, (), (reason, error))
void append_json(std::string& out, const ServerDisconnect& disconnect);

// server:goodbye: the server is about to stop, and ends this connection soon. Another one may be there now, this one
// again in a moment; each client is told another time to come back, so that not all do at once.
struct ServerGoodbye {
  std::int64_t retryAfterMs = 0;
};
BOOST_DESCRIBE_STRUCT(ServerGoodbye, (), (retryAfterMs))
void append_json(std::string& out, const ServerGoodbye& goodbye);

// auth:refresh, what a client sends in any namespace.
struct RefreshToken {
  Text<1, limits::token_bytes_max> token;
};
BOOST_DESCRIBE_STRUCT(RefreshToken, (), (token))

struct RefreshAck {
  Success success{};
  UnixTime expiresAt{};
};
BOOST_DESCRIBE_STRUCT(RefreshAck, (), (success, expiresAt))
void append_json(std::string& out, const RefreshAck& ack);

} // namespace mentara::contract
