#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/conversation.h"
#include "mentara/domain/cursor.h"
#include "mentara/domain/id.h"
#include "mentara/domain/message.h"
#include "mentara/domain/notification.h"
#include "mentara/domain/presence.h"
#include "mentara/domain/time.h"
#include "mentara/domain/user.h"

// What has happened, for whoever wants to know: published on the EventBus after it was committed, in commit order.
namespace mentara::events {

// Where an event comes from.
struct Metadata {
  UserId user_id;       // who did it
  std::string origin{}; // the socket on which he did it (opaque); empty: none. It has its ack and is left out.
  UnixTime timestamp{};
};

struct MessageSentEvent {
  static constexpr std::string_view type = "MessageSentEvent";
  Metadata metadata;
  Message message;
  MemberIds members; // everybody who is told, the sender (his other devices) included
  Cursor cursor;
};

struct MessageUpdatedEvent {
  static constexpr std::string_view type = "MessageUpdatedEvent";
  Metadata metadata;
  Message message; // as it is now
  MemberIds members;
  Cursor cursor;
};

struct MessageDeletedEvent {
  static constexpr std::string_view type = "MessageDeletedEvent";
  Metadata metadata; // user_id: who deleted it; timestamp: when
  ConversationId conversation_id;
  MessageId message_id;
  std::int64_t seq = 0;
  MemberIds members;
  Cursor cursor;
};

struct ReactionChangedEvent {
  static constexpr std::string_view type = "ReactionChangedEvent";
  Metadata metadata;
  ConversationId conversation_id;
  MessageId message_id;
  std::vector<Reaction> reactions; // all that the message has now
  MemberIds members;
  Cursor cursor;
};

struct MessageReadEvent {
  static constexpr std::string_view type = "MessageReadEvent";
  Metadata metadata; // user_id: the reader; timestamp: when
  ConversationId conversation_id;
  std::int64_t read_seq = 0;
  std::int64_t unread_count = 0; // for the reader's own sockets only
  MemberIds members;
  Cursor cursor;
};

struct MessageDeliveredEvent {
  static constexpr std::string_view type = "MessageDeliveredEvent";
  Metadata metadata; // user_id: who received; timestamp: when it was proven
  ConversationId conversation_id;
  std::int64_t delivered_seq = 0;
  MemberIds members;
  Cursor cursor;
};

struct ConversationCreatedEvent {
  static constexpr std::string_view type = "ConversationCreatedEvent";
  Metadata metadata;
  Conversation conversation;
  MemberIds members;
  Cursor cursor;
};

// Title or metadata are others now; what is none stayed.
struct ConversationUpdatedEvent {
  static constexpr std::string_view type = "ConversationUpdatedEvent";
  Metadata metadata;
  ConversationId conversation_id;
  std::optional<std::string> title{};
  std::optional<std::string> conversation_metadata{};
  MemberIds members;
  Cursor cursor;
};

// metadata.user_id: who did it, maybe the participant himself.
struct ParticipantChange {
  Metadata metadata;
  ConversationId conversation_id;
  UserId user_id;
  MemberRole role = MemberRole::MEMBER;
  UnixTime joined_at{};
  MemberIds members; // everybody who is told: with who joined or left
  Cursor cursor;
};
struct ParticipantJoinedEvent : ParticipantChange {
  static constexpr std::string_view type = "ParticipantJoinedEvent";
};
struct ParticipantLeftEvent : ParticipantChange {
  static constexpr std::string_view type = "ParticipantLeftEvent";
};
struct ParticipantUpdatedEvent : ParticipantChange { // his role
  static constexpr std::string_view type = "ParticipantUpdatedEvent";
};

// What a member set for himself; concerns his own sockets alone.
struct SettingsChangedEvent {
  static constexpr std::string_view type = "SettingsChangedEvent";
  Metadata metadata;
  ConversationId conversation_id;
  Settings settings;
};

// It rings. metadata.user_id: the caller.
struct CallStartedEvent {
  static constexpr std::string_view type = "CallStartedEvent";
  Metadata metadata;
  Call call;
};

// metadata.user_id: the callee.
struct CallAnsweredEvent {
  static constexpr std::string_view type = "CallAnsweredEvent";
  Metadata metadata;
  Call call;
};

// Also of a call that never rang, because the callee was busy or had no socket. call.reason says how it ended; for the
// callee it is_missed(*call.reason), or not.
struct CallEndedEvent {
  static constexpr std::string_view type = "CallEndedEvent";
  Metadata metadata; // user_id: who ended it; empty: a timer of the server
  Call call;
  User caller; // as known from his tokens
  struct Told {
    CallSide to = CallSide::caller;
    Cursor cursor;
  };
  std::vector<Told> told; // who hears of it
};

// Somebody talks in a call that was answered, or sits in a conference; or does so no more. Nothing of this is stored.
struct InCallChangedEvent {
  static constexpr std::string_view type = "InCallChangedEvent";
  Metadata metadata; // user_id: whose it is
  bool in_call = false;
};

// A notification has come to its user: when it was created, or when the mute or the quiet hours that held it back
// ended.
struct NotificationCreatedEvent {
  static constexpr std::string_view type = "NotificationCreatedEvent";
  Metadata metadata; // user_id: whose it is
  Notification notification;
  bool in_app = true; // false: he does not want to hear of it here
  bool push = true;
  std::optional<Cursor> cursor{}; // with in_app
};

struct NotificationUpdatedEvent {
  static constexpr std::string_view type = "NotificationUpdatedEvent";
  Metadata metadata;              // user_id: whose it is
  NotificationId notification_id; // of all: the newest of them
  bool all = false;
  std::optional<UnixTime> read_at{}; // none: it is unread
  Cursor cursor;
};

// By its user, or because it has expired.
struct NotificationDeletedEvent {
  static constexpr std::string_view type = "NotificationDeletedEvent";
  Metadata metadata; // user_id: whose it was
  NotificationId notification_id;
  Cursor cursor;
};

// How many notifications a user has not read is another number now. Nothing of this is stored.
struct UnreadNotificationsEvent {
  static constexpr std::string_view type = "UnreadNotificationsEvent";
  UserId user_id;
  UnreadNotifications unread;
};

// How others see a user is different now; who hides looks OFFLINE. Nothing of this is stored.
struct PresenceChangedEvent {
  static constexpr std::string_view type = "PresenceChangedEvent";
  Metadata metadata; // user_id: whose it is
  Presence presence;
};

// Somebody blocks somebody, or does so no more. Neither is told.
struct BlockChangedEvent {
  static constexpr std::string_view type = "BlockChangedEvent";
  Metadata metadata; // user_id: who blocks
  UserId user_id;    // whom
  bool blocked = true;
};

// What a backend says has happened.
struct BackendEvent {
  static constexpr std::string_view type = "BackendEvent";
  Metadata metadata;            // user_id: the backend
  std::string correlation_id{}; // of what it belongs to; the event's own id, if the backend named none
  EventId event_id{};
  std::string event_type{};
  std::string aggregate_type{}, aggregate_id{}; // what it happened to; empty: nothing that the backend named
  std::string event_data{};                     // JSON text of an object
  std::int64_t version = 1;                     // of the shape of its data
};

// A socket was accepted by, or has left, a namespace. Nothing of this is stored.
struct UserConnectedEvent {
  static constexpr std::string_view type = "UserConnectedEvent";
  Metadata metadata;
  DeviceId device_id;
  std::string nsp;
};

struct UserDisconnectedEvent {
  static constexpr std::string_view type = "UserDisconnectedEvent";
  Metadata metadata;
  DeviceId device_id;
  std::string nsp;
  std::string reason;
};

} // namespace mentara::events
