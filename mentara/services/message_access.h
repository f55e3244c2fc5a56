#pragma once

#include <utility>

#include "mentara/storage/store.h"
#include "wire/base/result.h"

namespace mentara::services {

// A message together with the one who asks about it.
struct AccessedMessage {
  Message message;
  storage::Membership member;
};

// Every message is found through its reader's membership: what he may not see does not exist (threats Z1, Z3).
inline wire::Result<AccessedMessage, Failure> access_message(storage::Snapshot& snapshot, const UserId& user,
                                                             const MessageId& id) {
  auto message = snapshot.find_message(id);
  if (!message) return not_found("message");
  auto member = snapshot.find_membership(message->conversation_id, user);
  if (!member || message->seq <= member->visible_above()) return not_found("message");
  return AccessedMessage{*std::move(message), *std::move(member)};
}

} // namespace mentara::services
