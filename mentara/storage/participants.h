#pragma once

#include <optional>
#include <string>

#include "mentara/domain/conversation.h"
#include "mentara/storage/store.h"

// What becomes of a conversation and its members after it was created. Memberships were found in the same transaction.
namespace mentara::storage {

class ParticipantChanges {
 public:
  virtual ~ParticipantChanges() = default;

  // `member` is in no way part of it yet; fills in what is known of him and where he begins.
  virtual Position add(const Membership& by, Member& member) = 0;
  // Ends his membership; what is told up to and with this position he may still hear.
  virtual Position remove(const Membership& by, const Membership& member) = 0;
  virtual Position set_role(const Membership& by, const Membership& member, MemberRole role) = 0;
  // Who comes first when nobody leads any more: the oldest MODERATOR, else the oldest member. None: there is an ADMIN,
  // or nobody at all.
  virtual std::optional<UserId> successor(ConversationKey conversation) = 0;
  virtual std::size_t count(ConversationKey conversation) = 0;

  // What is none stays as it is.
  virtual Position update(const Membership& by, const std::optional<std::string>& title,
                          const std::optional<std::string>& metadata, UnixTime at) = 0;
  virtual void set_settings(const Membership& member, const Settings& settings) = 0;
};

} // namespace mentara::storage
