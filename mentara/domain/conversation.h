#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/message.h"
#include "mentara/domain/time.h"
#include "mentara/domain/user.h"

namespace mentara {

enum class ConversationType { DIRECT, GROUP, SESSION, SUPPORT };
enum class HistoryVisibility { SINCE_JOIN, ALL };
enum class MemberRole { ADMIN, MODERATOR, MEMBER };

struct Member {
  User user;
  MemberRole role = MemberRole::MEMBER;
  UnixTime joined_at{};
  std::int64_t joined_seq = 0;    // last seq when he joined; with SINCE_JOIN he sees what is above it
  std::int64_t delivered_seq = 0; // never decrease
  std::int64_t read_seq = 0;
  friend bool operator==(const Member&, const Member&) = default;
};

struct Settings {
  bool muted = false;
  std::optional<UnixTime> muted_until{};
  bool archived = false;
  bool pinned = false;
  friend bool operator==(const Settings&, const Settings&) = default;
};

struct Conversation {
  ConversationId id;
  ConversationType type = ConversationType::DIRECT;
  std::string title{};
  std::string metadata{}; // JSON text of an object; empty: none
  HistoryVisibility history_visibility = HistoryVisibility::SINCE_JOIN;
  UserId created_by;
  UnixTime created_at{};
  UnixTime updated_at{};
  std::int64_t last_seq = 0;
  std::vector<Member> members{}; // in the order of joining

  friend bool operator==(const Conversation&, const Conversation&) = default;
};

// Who is in a conversation, in the order of joining; one list is shared by all events about it until it changes.
using MemberIds = std::shared_ptr<const std::vector<UserId>>;

// A conversation as one member sees it.
struct ConversationView {
  Conversation conversation;
  std::optional<Message> last_message{};
  std::int64_t unread_count = 0; // others' undeleted messages above his read_seq
  Settings settings{};
};

} // namespace mentara
