#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/contract/shapes.h"

// What the server emits in /messaging. `cursor` is the place of a durable event in the stream, opaque here. They borrow
// from the domain objects: encode at once.
namespace mentara::contract {

// message, message:updated
struct MessageSent : MessageShape {
  MessageSent(const Message& message, std::string_view at_cursor) : MessageShape(message), cursor(at_cursor) {}
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(MessageSent, (MessageShape), (cursor))
void append_json(std::string& out, const MessageSent& sent);

// message:deleted
struct MessageDeleted {
  std::string_view messageId;
  std::string_view conversationId;
  std::int64_t seq = 0;
  std::string_view deletedBy;
  UnixTime deletedAt{};
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(MessageDeleted, (), (messageId, conversationId, seq, deletedBy, deletedAt, cursor))
void append_json(std::string& out, const MessageDeleted& deleted);

// reaction:updated
struct ReactionsChanged {
  std::string_view messageId;
  std::string_view conversationId;
  ListOf<ReactionShape, Reaction> reactions{}; // all that the message has now
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(ReactionsChanged, (), (messageId, conversationId, reactions, cursor))
void append_json(std::string& out, const ReactionsChanged& changed);

// message:read
struct MessageRead {
  std::string_view conversationId;
  std::string_view userId;
  std::int64_t seq = 0; // he has read up to here
  UnixTime at{};
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(MessageRead, (), (conversationId, userId, seq, at, cursor))
void append_json(std::string& out, const MessageRead& read);

// message:delivered
struct MessageDelivered {
  std::string_view conversationId;
  std::string_view userId;
  std::int64_t seq = 0; // a device of his has everything up to here
  UnixTime at{};
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(MessageDelivered, (), (conversationId, userId, seq, at, cursor))
void append_json(std::string& out, const MessageDelivered& delivered);

// conversation:created
struct ConversationCreated {
  ConversationShape conversation;
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(ConversationCreated, (), (conversation, cursor))
void append_json(std::string& out, const ConversationCreated& created);

struct ConversationChanges {
  std::optional<std::string_view> title;
  std::optional<wire::RawJson> metadata;
};
BOOST_DESCRIBE_STRUCT(ConversationChanges, (), (title, metadata))

// conversation:updated
struct ConversationUpdated {
  std::string_view conversationId;
  ConversationChanges changes; // what is not there stayed as it was
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(ConversationUpdated, (), (conversationId, changes, cursor))
void append_json(std::string& out, const ConversationUpdated& updated);

// participant:joined, participant:left, participant:updated
struct ParticipantChanged {
  std::string_view conversationId;
  ParticipantShape participant;
  std::string_view by;
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(ParticipantChanged, (), (conversationId, participant, by, cursor))
void append_json(std::string& out, const ParticipantChanged& changed);

// conversation:settings
struct SettingsChanged {
  std::string_view conversationId;
  SettingsShape settings;
};
BOOST_DESCRIBE_STRUCT(SettingsChanged, (), (conversationId, settings))
void append_json(std::string& out, const SettingsChanged& changed);

// conversation:unread
struct UnreadChanged {
  std::string_view conversationId;
  std::int64_t unreadCount = 0;
  std::int64_t readSeq = 0;
};
BOOST_DESCRIBE_STRUCT(UnreadChanged, (), (conversationId, unreadCount, readSeq))
void append_json(std::string& out, const UnreadChanged& changed);

// typing
struct TypingChanged {
  std::string_view conversationId;
  std::string_view userId;
  bool isTyping = false;
};
BOOST_DESCRIBE_STRUCT(TypingChanged, (), (conversationId, userId, isTyping))
void append_json(std::string& out, const TypingChanged& changed);

// viewing: also once for each who is there already, when one opens a conversation oneself
struct ViewingChanged {
  std::string_view conversationId;
  std::string_view userId;
  bool isViewing = false;
};
BOOST_DESCRIBE_STRUCT(ViewingChanged, (), (conversationId, userId, isViewing))
void append_json(std::string& out, const ViewingChanged& changed);

} // namespace mentara::contract
