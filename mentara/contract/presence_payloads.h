#pragma once

#include <boost/describe/class.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/contract/constraints.h"
#include "mentara/contract/enums.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "mentara/domain/id.h"
#include "mentara/domain/presence.h"
#include "mentara/limits.h"

// How users are seen: what clients ask and are told in /messaging. What is told borrows: encode at once.
namespace mentara::contract {

// presence:set
struct SetPresence {
  PresenceWish status = PresenceWish::ONLINE;
  OrEmpty<Text<0, limits::presence_text_chars_max>> text;
  std::optional<Timestamp> until; // then status and text are as if nothing had been set
};
BOOST_DESCRIBE_STRUCT(SetPresence, (), (status, text, until))

// presence:subscribe, presence:unsubscribe, GET /presence
struct WhichUsers {
  List<UserId, limits::presence_subscriptions_max> userIds;
};
BOOST_DESCRIBE_STRUCT(WhichUsers, (), (userIds))

// presence: who shares no conversation with one, or blocks or is blocked, always looks OFFLINE and never seen.
struct PresenceShape {
  explicit PresenceShape(const Presence& presence);
  std::string_view userId;
  PresenceStatus status;
  std::optional<std::string_view> text;
  std::optional<UnixTime> lastSeenAt;
  bool inCall;
};
BOOST_DESCRIBE_STRUCT(PresenceShape, (), (userId, status, text, lastSeenAt, inCall))
void append_json(std::string& out, const PresenceShape& presence);

// presence:subscribe, GET /presence
struct PresenceAck {
  Success success{};
  ListOf<PresenceShape, Presence> presence{};
};
BOOST_DESCRIBE_STRUCT(PresenceAck, (), (success, presence))
void append_json(std::string& out, const PresenceAck& ack);

} // namespace mentara::contract
