#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/contract/shapes.h"

// What /messaging answers when a request succeeded. They borrow from the domain objects: encode at once.
namespace mentara::contract {

// Written as true.
struct Success {};

// Of requests that have nothing to tell.
struct PlainAck {
  Success success{};
};
BOOST_DESCRIBE_STRUCT(PlainAck, (), (success))
void append_json(std::string& out, const PlainAck& ack);

// message:send, message:edit
struct MessageAck {
  Success success{};
  MessageShape message;
  std::optional<bool> duplicate{}; // true: it was sent before, nothing was sent now
};
BOOST_DESCRIBE_STRUCT(MessageAck, (), (success, message, duplicate))
void append_json(std::string& out, const MessageAck& ack);

// message:edits
struct EditsAck {
  Success success{};
  ListOf<EditShape, Edit> edits{}; // the earlier texts, the oldest first
};
BOOST_DESCRIBE_STRUCT(EditsAck, (), (success, edits))
void append_json(std::string& out, const EditsAck& ack);

// reaction:add, reaction:remove
struct ReactionsAck {
  Success success{};
  ListOf<ReactionShape, Reaction> reactions{};
};
BOOST_DESCRIBE_STRUCT(ReactionsAck, (), (success, reactions))
void append_json(std::string& out, const ReactionsAck& ack);

// message:read
struct ReadAck {
  Success success{};
  std::int64_t unreadCount = 0;
};
BOOST_DESCRIBE_STRUCT(ReadAck, (), (success, unreadCount))
void append_json(std::string& out, const ReadAck& ack);

// conversation:create
struct CreatedAck {
  Success success{};
  ConversationViewShape conversation;
  bool created = true; // false: the DIRECT conversation of the two was there already
};
BOOST_DESCRIBE_STRUCT(CreatedAck, (), (success, conversation, created))
void append_json(std::string& out, const CreatedAck& ack);

// conversation:join, conversation:leave, conversation:update
struct ConversationAck {
  Success success{};
  ConversationViewShape conversation;
};
BOOST_DESCRIBE_STRUCT(ConversationAck, (), (success, conversation))
void append_json(std::string& out, const ConversationAck& ack);

// conversation:mute, conversation:archive, conversation:pin
struct SettingsAck {
  Success success{};
  SettingsShape settings;
};
BOOST_DESCRIBE_STRUCT(SettingsAck, (), (success, settings))
void append_json(std::string& out, const SettingsAck& ack);

// participant:add, participant:remove (as what he was), participant:role
struct ParticipantAck {
  Success success{};
  ParticipantShape participant;
};
BOOST_DESCRIBE_STRUCT(ParticipantAck, (), (success, participant))
void append_json(std::string& out, const ParticipantAck& ack);

// conversation:list
struct ConversationsAck {
  Success success{};
  ListOf<ConversationViewShape, ConversationView> conversations{};
  Nullable<std::string_view> nextCursor{}; // null: that was all
};
BOOST_DESCRIBE_STRUCT(ConversationsAck, (), (success, conversations, nextCursor))
void append_json(std::string& out, const ConversationsAck& ack);

// message:search
struct SearchAck {
  Success success{};
  ListOf<FoundMessageShape, FoundMessage> messages{}; // the newest first
  Nullable<std::string_view> nextCursor{};            // null: that was all
};
BOOST_DESCRIBE_STRUCT(SearchAck, (), (success, messages, nextCursor))
void append_json(std::string& out, const SearchAck& ack);

// conversation:history
struct HistoryAck {
  Success success{};
  ListOf<ListedMessageShape, Message> messages{}; // seq rises
  bool hasMore = false;
};
BOOST_DESCRIBE_STRUCT(HistoryAck, (), (success, messages, hasMore))
void append_json(std::string& out, const HistoryAck& ack);

} // namespace mentara::contract
