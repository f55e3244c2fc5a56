#pragma once

#include <optional>
#include <utility>

#include "mentara/storage/blocks.h"
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

// In a DIRECT conversation nothing new reaches who blocks, or is blocked by, the other one; in groups messages go on.
inline std::optional<Failure> blocked_in_direct(storage::Snapshot& snapshot, const storage::Membership& member) {
  if (member.conversation_type != ConversationType::DIRECT) return std::nullopt;
  if (snapshot.blocks().among_members(member).empty()) return std::nullopt;
  return Failure{Code::blocked, "You two have nothing to say to each other: one of you blocks the other."};
}

} // namespace mentara::services
