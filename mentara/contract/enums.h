#pragma once

#include <boost/describe/enum.hpp>

#include "mentara/domain/conversation.h"
#include "mentara/domain/message.h"
#include "mentara/domain/notification.h"
#include "mentara/domain/presence.h"

// The enumerators are the words of the wire; in any case on the way in, as written here on the way out.
namespace mentara {

BOOST_DESCRIBE_ENUM(MessageType, TEXT, IMAGE, AUDIO, VIDEO, FILE)
BOOST_DESCRIBE_ENUM(ConversationType, DIRECT, GROUP, SESSION, SUPPORT)
BOOST_DESCRIBE_ENUM(HistoryVisibility, SINCE_JOIN, ALL)
BOOST_DESCRIBE_ENUM(MemberRole, ADMIN, MODERATOR, MEMBER)
BOOST_DESCRIBE_ENUM(Priority, LOW, NORMAL, HIGH, URGENT)
BOOST_DESCRIBE_ENUM(PresenceWish, ONLINE, AWAY, BUSY, INVISIBLE)
BOOST_DESCRIBE_ENUM(PresenceStatus, ONLINE, AWAY, BUSY, INVISIBLE, OFFLINE)

} // namespace mentara
