#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"
#include "mentara/domain/user.h"

namespace mentara {

enum class MessageType { TEXT, IMAGE, AUDIO, VIDEO, FILE };

struct Attachment {
  std::string url;
  std::string name;
  std::int64_t size = 0;
  std::string mime_type;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

// What a reply shows of the message that it answers.
struct Quote {
  MessageId id;
  UserId sender_id;
  std::string content; // its first 200 code points
  friend bool operator==(const Quote&, const Quote&) = default;
};

// Who chose one emoji for a message, in the order of choosing.
struct Reaction {
  std::string emoji;
  std::vector<UserId> user_ids{};
  friend bool operator==(const Reaction&, const Reaction&) = default;
};

// One text that a message had, and when it was replaced.
struct Edit {
  std::string content;
  UnixTime edited_at{};
  friend bool operator==(const Edit&, const Edit&) = default;
};

// A deleted one keeps its place and its sender; content, attachments, metadata and reply_to are empty.
struct Message {
  MessageId id;
  ConversationId conversation_id;
  std::int64_t seq = 0; // 1, 2, 3 … in its conversation, without gaps
  User sender;          // id always, the rest as far as it is known
  std::string content;
  MessageType type = MessageType::TEXT;
  ClientMessageId client_message_id{}; // empty: none
  std::optional<Quote> reply_to{};
  std::vector<Attachment> attachments{};
  std::string metadata{}; // JSON text of an object; empty: none
  UnixTime created_at{};
  std::optional<UnixTime> edited_at{};
  std::optional<UnixTime> deleted_at{};
  UserId deleted_by{};
  std::vector<Reaction> reactions{}; // only where it is said; in the order of the first of each

  friend bool operator==(const Message&, const Message&) = default;
};

struct FoundMessage {
  Message message;
  std::string snippet; // of its content
};

// The first 200 code points of valid UTF-8: what a Quote shows.
std::string_view quote_text(std::string_view content);

} // namespace mentara
