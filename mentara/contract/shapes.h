#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mentara/contract/enums.h"
#include "mentara/domain/conversation.h"
#include "mentara/domain/message.h"
#include "mentara/domain/time.h"
#include "mentara/domain/user.h"
#include "wire/base/json.h"

// What the things of the domain look like on the wire: members are named as the fields there, in camelCase. A shape
// borrows all texts from the domain object that it was made of, so encode it at once; it costs no allocation. Empty
// optionals are left out of the JSON; times are ISO-8601 with milliseconds.
namespace mentara::contract {

// An array that is written as Shape(source) for each source.
template <class Shape, class Source>
struct ListOf {
  std::span<const Source> sources;
};

// An object that has Shape(source) for each name.
template <class Shape, class Source>
struct MapOf {
  const std::map<std::string, Source>* sources;
};

// Minutes since midnight, written as "07:30".
struct ClockTimeText {
  int minutes = 0;
};

// Written as null when there is none.
template <class T>
struct Nullable {
  std::optional<T> value;
};

struct UserShape {
  explicit UserShape(const User& user);
  std::string_view id;
  std::optional<std::string_view> name; // a user who never connected has only an id
  std::optional<std::string_view> firstName;
  std::optional<std::string_view> lastName;
  std::optional<std::string_view> avatarUrl;
  std::optional<std::string_view> role;
};
BOOST_DESCRIBE_STRUCT(UserShape, (), (id, name, firstName, lastName, avatarUrl, role))

struct SenderShape {
  explicit SenderShape(const User& user);
  std::string_view id;
  std::optional<std::string_view> name;
  std::optional<std::string_view> avatarUrl;
};
BOOST_DESCRIBE_STRUCT(SenderShape, (), (id, name, avatarUrl))

struct QuoteShape {
  explicit QuoteShape(const Quote& quote);
  std::string_view id;
  std::string_view senderId;
  std::string_view content;
};
BOOST_DESCRIBE_STRUCT(QuoteShape, (), (id, senderId, content))

struct AttachmentShape {
  explicit AttachmentShape(const Attachment& attachment);
  std::string_view url;
  std::string_view name;
  std::int64_t size; // bytes
  std::string_view mimeType;
};
BOOST_DESCRIBE_STRUCT(AttachmentShape, (), (url, name, size, mimeType))

struct MessageShape {
  explicit MessageShape(const Message& message);
  std::string_view id;
  std::string_view conversationId;
  std::int64_t seq;
  std::string_view senderId;
  SenderShape sender;
  std::string_view content;
  MessageType messageType;
  std::optional<std::string_view> clientMessageId;
  std::optional<QuoteShape> replyTo;
  ListOf<AttachmentShape, Attachment> attachments;
  std::optional<wire::RawJson> metadata;
  UnixTime createdAt;
  bool isEdited;
  std::optional<UnixTime> editedAt;
  bool isDeleted; // then content and attachments are empty
  std::optional<UnixTime> deletedAt;
  std::optional<std::string_view> deletedBy;
};
BOOST_DESCRIBE_STRUCT(MessageShape, (),
                      (id, conversationId, seq, senderId, sender, content, messageType, clientMessageId, replyTo,
                       attachments, metadata, createdAt, isEdited, editedAt, isDeleted, deletedAt, deletedBy))

struct ReactionShape {
  explicit ReactionShape(const Reaction& reaction);
  std::string_view emoji;
  std::size_t count;
  ListOf<std::string_view, UserId> userIds;
};
BOOST_DESCRIBE_STRUCT(ReactionShape, (), (emoji, count, userIds))

// A message in a list.
struct ListedMessageShape : MessageShape {
  explicit ListedMessageShape(const Message& message) : MessageShape(message), reactions{message.reactions} {}
  ListOf<ReactionShape, Reaction> reactions;
};
BOOST_DESCRIBE_STRUCT(ListedMessageShape, (MessageShape), (reactions))

// A message that a search found.
struct FoundMessageShape : ListedMessageShape {
  explicit FoundMessageShape(const FoundMessage& found) : ListedMessageShape(found.message), snippet(found.snippet) {}
  std::string_view snippet; // the text around the first word that was found; plain text, "…" where it was cut
};
BOOST_DESCRIBE_STRUCT(FoundMessageShape, (ListedMessageShape), (snippet))

struct EditShape {
  explicit EditShape(const Edit& edit) : content(edit.content), editedAt(edit.edited_at) {}
  std::string_view content;
  UnixTime editedAt; // when it was replaced
};
BOOST_DESCRIBE_STRUCT(EditShape, (), (content, editedAt))

struct MemberShape {
  explicit MemberShape(const Member& member);
  std::string_view userId;
  std::optional<std::string_view> name;
  std::optional<std::string_view> avatarUrl;
  MemberRole role;
  UnixTime joinedAt;
  std::int64_t deliveredSeq;
  std::int64_t readSeq;
};
BOOST_DESCRIBE_STRUCT(MemberShape, (), (userId, name, avatarUrl, role, joinedAt, deliveredSeq, readSeq))

// Without what is personal, so that one encoding can go to all members.
struct ConversationShape {
  explicit ConversationShape(const Conversation& conversation);
  std::string_view id;
  ConversationType type;
  std::optional<std::string_view> title;
  std::optional<wire::RawJson> metadata;
  HistoryVisibility historyVisibility;
  std::string_view createdBy;
  UnixTime createdAt;
  UnixTime updatedAt;
  std::int64_t lastSeq;
  std::optional<MessageShape> lastMessage;
  ListOf<MemberShape, Member> members;
};
BOOST_DESCRIBE_STRUCT(ConversationShape, (),
                      (id, type, title, metadata, historyVisibility, createdBy, createdAt, updatedAt, lastSeq,
                       lastMessage, members))

struct SettingsShape {
  explicit SettingsShape(const Settings& settings);
  bool muted;
  std::optional<UnixTime> mutedUntil;
  bool archived;
  bool pinned;
};
BOOST_DESCRIBE_STRUCT(SettingsShape, (), (muted, mutedUntil, archived, pinned))

// Of participant:* events and acks.
struct ParticipantShape {
  std::string_view userId;
  MemberRole role;
  UnixTime joinedAt;
};
BOOST_DESCRIBE_STRUCT(ParticipantShape, (), (userId, role, joinedAt))

// A conversation as one member sees it.
struct ConversationViewShape : ConversationShape {
  explicit ConversationViewShape(const ConversationView& view);
  std::int64_t unreadCount;
  SettingsShape settings;
};
BOOST_DESCRIBE_STRUCT(ConversationViewShape, (ConversationShape), (unreadCount, settings))

} // namespace mentara::contract
