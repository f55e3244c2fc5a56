#pragma once

#include <cstdint>
#include <type_traits>

#include "mentara/domain/conversation.h"
#include "mentara/domain/message.h"
#include "mentara/domain/notification.h"
#include "mentara/domain/presence.h"

// Enums are stored as their numbers. The domain may add enumerators at the end of each; it may not move these.
namespace mentara::storage {

static_assert(static_cast<int>(MessageType::TEXT) == 0 && static_cast<int>(MessageType::IMAGE) == 1 &&
              static_cast<int>(MessageType::AUDIO) == 2 && static_cast<int>(MessageType::VIDEO) == 3 &&
              static_cast<int>(MessageType::FILE) == 4);
static_assert(static_cast<int>(ConversationType::DIRECT) == 0 && static_cast<int>(ConversationType::GROUP) == 1 &&
              static_cast<int>(ConversationType::SESSION) == 2 && static_cast<int>(ConversationType::SUPPORT) == 3);
static_assert(static_cast<int>(HistoryVisibility::SINCE_JOIN) == 0 && static_cast<int>(HistoryVisibility::ALL) == 1);
static_assert(static_cast<int>(MemberRole::ADMIN) == 0 && static_cast<int>(MemberRole::MODERATOR) == 1 &&
              static_cast<int>(MemberRole::MEMBER) == 2);
static_assert(static_cast<int>(Priority::LOW) == 0 && static_cast<int>(Priority::NORMAL) == 1 &&
              static_cast<int>(Priority::HIGH) == 2 && static_cast<int>(Priority::URGENT) == 3);
static_assert(static_cast<int>(PresenceWish::ONLINE) == 0 && static_cast<int>(PresenceWish::AWAY) == 1 &&
              static_cast<int>(PresenceWish::BUSY) == 2 && static_cast<int>(PresenceWish::INVISIBLE) == 3);

template <class Enum>
constexpr std::int64_t stored_number(Enum value) {
  static_assert(std::is_enum_v<Enum>);
  return static_cast<std::int64_t>(value);
}

} // namespace mentara::storage
