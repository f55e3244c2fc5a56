#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "mentara/storage/store.h"

namespace mentara::storage {

// What the connection that writes remembers, between transactions, of conversations and their members: each message
// asks for them. It is as the running transaction sees it: whatever changes one of these says so here, and a rollback
// forgets everything.
class KnownMembers {
 public:
  // Together about 10 MB.
  static constexpr std::size_t ids_max = 200'000, memberships_max = 10'000;

  std::optional<MemberIds> ids(ConversationKey conversation) const;
  void learn_ids(ConversationKey conversation, MemberIds ids);

  std::optional<Membership> find(const ConversationId& conversation, const UserId& user) const;
  void learn(const Membership& member);
  // Whom he blocks, or who blocks him, among the members.
  std::optional<std::vector<UserId>> blocks(const Membership& member);
  void learn_blocks(const Membership& member, std::vector<UserId> users); // of one that was learned, or nothing

  // What happens with each message.
  void advance(const Membership& sender, std::int64_t last_seq, Position activity);
  void advance_read(const Membership& reader, std::int64_t seq);

  void forget(ConversationKey conversation);
  void forget_memberships(); // of all, who they are and whom they block, but not whose ids are where
  void forget_all();

 private:
  struct Known {
    Membership membership; // but for what `Conversation` has
    std::optional<std::vector<UserId>> blocks{};
  };
  struct Conversation {
    std::int64_t last_seq = 0;
    Position activity = 0;
    std::unordered_map<UserId, Known, IdHash> members{};
  };
  Known* find(const Membership& member);

  std::unordered_map<ConversationKey, MemberIds> ids_;
  std::size_t ids_count_ = 0; // in all conversations
  std::unordered_map<ConversationId, ConversationKey, IdHash> keys_;
  std::unordered_map<ConversationKey, Conversation> conversations_;
  std::size_t memberships_count_ = 0;
};

} // namespace mentara::storage
