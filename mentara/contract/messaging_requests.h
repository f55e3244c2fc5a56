#pragma once

#include <boost/describe/class.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mentara/contract/constraints.h"
#include "mentara/contract/enums.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/id.h"
#include "mentara/limits.h"

// What clients send to /messaging. Members are named as the fields on the wire, in camelCase; read them with decode()
// (decode.h). validate() states a rule between fields; decode() calls it.
namespace mentara::contract {

using Seq = Integer<0, limits::safe_integer_max>;
using Metadata = JsonObject<limits::metadata_bytes_max>;
using Title = Text<0, limits::title_chars_max>;
using Cursor = Text<1, limits::cursor_chars_max>; // opaque

struct AttachmentInput {
  Text<1, limits::url_chars_max> url;
  Text<1, limits::file_name_chars_max> name;
  Integer<0, limits::safe_integer_max> size; // bytes
  Text<1, limits::mime_type_chars_max> mimeType;
};
BOOST_DESCRIBE_STRUCT(AttachmentInput, (), (url, name, size, mimeType))

std::vector<Attachment> to_domain(const std::vector<AttachmentInput>& attachments);

// message:send
struct SendMessage {
  ConversationId conversationId;
  OrEmpty<Text<0, limits::content_chars_max>> content;
  Default<MessageType, MessageType::TEXT> messageType;
  std::optional<ClientMessageId> clientMessageId;
  std::optional<MessageId> replyToId;
  OrEmpty<List<AttachmentInput, limits::attachments_max>> attachments;
  std::optional<Metadata> metadata;
};
BOOST_DESCRIBE_STRUCT(SendMessage, (),
                      (conversationId, content, messageType, clientMessageId, replyToId, attachments, metadata))
std::optional<Failure> validate(const SendMessage& request); // no content: only with attachments

// message:edit
struct EditMessage {
  MessageId messageId;
  Text<0, limits::content_chars_max> content;
};
BOOST_DESCRIBE_STRUCT(EditMessage, (), (messageId, content))

// message:edits, message:delete
struct WhichMessage {
  MessageId messageId;
};
BOOST_DESCRIBE_STRUCT(WhichMessage, (), (messageId))

// reaction:add, reaction:remove
struct React {
  MessageId messageId;
  TextBytes<1, limits::emoji_bytes_max> emoji;
};
BOOST_DESCRIBE_STRUCT(React, (), (messageId, emoji))

// message:read. Up to and with the message that is named by its seq in the conversation or by its id.
struct ReadMessages {
  std::optional<ConversationId> conversationId;
  std::optional<Seq> seq;
  std::optional<MessageId> messageId;
};
BOOST_DESCRIBE_STRUCT(ReadMessages, (), (conversationId, seq, messageId))
std::optional<Failure> validate(const ReadMessages& request); // messageId, or conversationId and seq

// message:delivered. The device has all messages of the conversation up to and with this seq.
struct ConfirmDelivery {
  ConversationId conversationId;
  Seq seq;
};
BOOST_DESCRIBE_STRUCT(ConfirmDelivery, (), (conversationId, seq))

// sync:ack. The device has all durable events up to and with the one that carried this cursor.
struct ConfirmCursor {
  Cursor cursor;
};
BOOST_DESCRIBE_STRUCT(ConfirmCursor, (), (cursor))

// conversation:join, conversation:leave, typing:start, typing:stop
struct WhichConversation {
  ConversationId conversationId;
};
BOOST_DESCRIBE_STRUCT(WhichConversation, (), (conversationId))

// conversation:create
struct CreateConversation {
  ConversationType type;
  List<UserId, limits::participants_max> participantIds; // with or without the caller
  OrEmpty<Title> title;
  std::optional<Metadata> metadata;
  std::optional<ConversationId> conversationId;
  Default<HistoryVisibility, HistoryVisibility::SINCE_JOIN> historyVisibility;
};
BOOST_DESCRIBE_STRUCT(CreateConversation, (),
                      (type, participantIds, title, metadata, conversationId, historyVisibility))

// conversation:update
struct UpdateConversation {
  ConversationId conversationId;
  std::optional<Title> title;
  std::optional<Metadata> metadata;
};
BOOST_DESCRIBE_STRUCT(UpdateConversation, (), (conversationId, title, metadata))

// conversation:mute
struct MuteConversation {
  ConversationId conversationId;
  bool value = false;
  std::optional<Timestamp> until; // none: until it is taken back
};
BOOST_DESCRIBE_STRUCT(MuteConversation, (), (conversationId, value, until))

// conversation:archive, conversation:pin
struct SetForOneself {
  ConversationId conversationId;
  bool value = false;
};
BOOST_DESCRIBE_STRUCT(SetForOneself, (), (conversationId, value))

// participant:add
struct AddParticipant {
  ConversationId conversationId;
  UserId userId;
  Default<MemberRole, MemberRole::MEMBER> role;
};
BOOST_DESCRIBE_STRUCT(AddParticipant, (), (conversationId, userId, role))

// participant:remove
struct RemoveParticipant {
  ConversationId conversationId;
  UserId userId;
};
BOOST_DESCRIBE_STRUCT(RemoveParticipant, (), (conversationId, userId))

// participant:role
struct SetRole {
  ConversationId conversationId;
  UserId userId;
  MemberRole role = MemberRole::MEMBER;
};
BOOST_DESCRIBE_STRUCT(SetRole, (), (conversationId, userId, role))

// PATCH …/settings; what is none stays as it is
struct ChangeSettings {
  ConversationId conversationId;
  std::optional<bool> muted;
  std::optional<Timestamp> mutedUntil;
  std::optional<bool> archived;
  std::optional<bool> pinned;
};
BOOST_DESCRIBE_STRUCT(ChangeSettings, (), (conversationId, muted, mutedUntil, archived, pinned))

// message:search. Newest first; `before` is the nextCursor of the page that came last.
struct SearchMessages {
  Text<1, limits::search_query_chars_max> query;
  std::optional<ConversationId> conversationId;
  std::optional<Cursor> before;
  Default<Integer<1, limits::search_page_max>, 20> limit;
};
BOOST_DESCRIBE_STRUCT(SearchMessages, (), (query, conversationId, before, limit))

// user:block
struct BlockUser {
  UserId userId;
  OrEmpty<Text<0, limits::reason_chars_max>> reason;
};
BOOST_DESCRIBE_STRUCT(BlockUser, (), (userId, reason))

// user:unblock
struct UnblockUser {
  UserId userId;
};
BOOST_DESCRIBE_STRUCT(UnblockUser, (), (userId))

// conversation:list. Newest activity first; `before` is the nextCursor of the page that came last.
struct ListConversations {
  std::optional<Cursor> before;
  Default<Integer<1, limits::conversations_page_max>, 20> limit;
  Default<bool, false> unreadOnly;
};
BOOST_DESCRIBE_STRUCT(ListConversations, (), (before, limit, unreadOnly))

// conversation:history. Of the three positions at most one; none: the newest messages.
struct ReadHistory {
  ConversationId conversationId;
  std::optional<Seq> beforeSeq;
  std::optional<Seq> afterSeq;
  std::optional<Seq> aroundSeq;
  Default<Integer<1, limits::history_page_max>, 50> limit;
};
BOOST_DESCRIBE_STRUCT(ReadHistory, (), (conversationId, beforeSeq, afterSeq, aroundSeq, limit))
std::optional<Failure> validate(const ReadHistory& request); // one position at most

} // namespace mentara::contract
