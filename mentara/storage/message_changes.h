#pragma once

#include <cstddef>
#include <vector>

#include "mentara/domain/message.h"
#include "mentara/storage/store.h"

// What becomes of a message after it was sent.
namespace mentara::storage {

class MessageDetails {
 public:
  virtual ~MessageDetails() = default;
  // The texts that it had before, the oldest first.
  virtual std::vector<Edit> edits(const MessageId& message) = 0;
  // In the order of the first of each emoji, and of choosing.
  virtual std::vector<Reaction> reactions(const MessageId& message) = 0;
};

// `member` was found in this transaction and is in the message's conversation.
class MessageChanges {
 public:
  virtual ~MessageChanges() = default;
  // Keeps the text that it has had. `message` as it is from now on.
  virtual Position edit(const Membership& member, const Message& message) = 0;
  // Whatever it said is gone, also from the log and from the quotes in answers to it. `tombstone` as it is from now on.
  virtual Position erase(const Membership& member, const Message& tombstone) = 0;

  // False: he had reacted so before.
  virtual bool add_reaction(const Membership& member, const MessageId& message, const std::string& emoji) = 0;
  // False: he had not.
  virtual bool remove_reaction(const Membership& member, const MessageId& message, const std::string& emoji) = 0;
  // When one of them has changed something.
  virtual Position tell_reactions(const Membership& member, const Message& message,
                                  const std::vector<Reaction>& reactions) = 0;
};

} // namespace mentara::storage
