#pragma once

#include <string>

#include "mentara/domain/id.h"

// The only place where a room is spelt.
namespace mentara::connections {

// Every socket of the user, in each namespace.
inline std::string user_room(const UserId& user) { return "user_" + user.value; }
// The sockets that opened the conversation.
inline std::string conversation_room(const ConversationId& conversation) {
  return "conversation_" + conversation.value;
}

} // namespace mentara::connections
