#pragma once

#include <string_view>
#include <tuple>

#include "mentara/contract/access_requests.h"
#include "mentara/contract/call_payloads.h"
#include "mentara/contract/call_requests.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/messaging_requests.h"
#include "mentara/contract/notification_news.h"
#include "mentara/contract/notification_requests.h"
#include "mentara/contract/presence_payloads.h"
#include "mentara/contract/push_payloads.h"
#include "mentara/contract/user_payloads.h"

// Every request of REST: method and path, spelt once, with the types of what it carries. The API routes by these, and
// the documents walk the tuple.
namespace mentara::contract {

enum class Audience { everybody, services }; // services: a token with the role service

template <class PayloadType, class AckType>
struct Route {
  using Payload = PayloadType; // the fields of path, query and body together
  using Ack = AckType;         // what it has beside `success` is the data of the answer
  std::string_view method;
  std::string_view path; // below /api; what stands in braces is the field that this segment fills
  std::string_view summary;
  Audience audience = Audience::everybody;
  bool is_repeatable = false; // takes an Idempotency-Key
};

namespace route {
constexpr auto services = Audience::services;

inline constexpr Route<ListConversations, ConversationsAck> list_conversations{
    "GET", "/messaging/conversations", "Lists one's conversations, newest activity first."};
inline constexpr Route<CreateConversation, CreatedAck> create_conversation{
    "POST", "/messaging/conversations", "Opens a conversation; a DIRECT one that exists already is returned."};
inline constexpr Route<WhichConversation, ConversationAck> get_conversation{
    "GET", "/messaging/conversations/{conversationId}", "Reads a conversation that one is a member of."};
inline constexpr Route<UpdateConversation, ConversationAck> update_conversation{
    "PATCH", "/messaging/conversations/{conversationId}", "Changes title or metadata."};
inline constexpr Route<ChangeSettings, SettingsAck> change_settings{
    "PATCH", "/messaging/conversations/{conversationId}/settings", "Mutes, archives or pins it for oneself."};
inline constexpr Route<ReadHistory, HistoryAck> history{
    "GET", "/messaging/conversations/{conversationId}/messages",
    "Reads messages before, after or around a seq; without one, the newest."};
inline constexpr Route<SendMessage, MessageAck> send_message{
    "POST", "/messaging/conversations/{conversationId}/messages",
    "Sends a message; it is answered when the message is stored. A retry with the same clientMessageId sends nothing "
    "twice."};
inline constexpr Route<ReadMessages, ReadAck> read_messages{
    "POST", "/messaging/conversations/{conversationId}/read",
    "Marks everything up to seq, or to a message, as read; never goes back."};
inline constexpr Route<AddParticipant, ParticipantAck> add_participant{
    "POST", "/messaging/conversations/{conversationId}/participants", "Adds somebody to a group."};
inline constexpr Route<RemoveParticipant, ParticipantAck> remove_participant{
    "DELETE", "/messaging/conversations/{conversationId}/participants/{userId}",
    "Removes somebody from a group, or leaves it."};
inline constexpr Route<SetRole, ParticipantAck> set_role{
    "PATCH", "/messaging/conversations/{conversationId}/participants/{userId}", "Changes the role of a member."};
inline constexpr Route<EditMessage, MessageAck> edit_message{"PATCH", "/messaging/messages/{messageId}",
                                                             "Changes the text of an own message."};
inline constexpr Route<WhichMessage, PlainAck> delete_message{
    "DELETE", "/messaging/messages/{messageId}",
    "Takes back a message; a tombstone without content stays in its place."};
inline constexpr Route<WhichMessage, EditsAck> list_edits{"GET", "/messaging/messages/{messageId}/edits",
                                                          "Reads the earlier texts of a message."};
inline constexpr Route<React, ReactionsAck> add_reaction{
    "PUT", "/messaging/messages/{messageId}/reactions/{emoji}",
    "Reacts to a message with an emoji; doing so twice changes nothing."};
inline constexpr Route<React, ReactionsAck> remove_reaction{
    "DELETE", "/messaging/messages/{messageId}/reactions/{emoji}", "Takes back a reaction."};
inline constexpr Route<SearchMessages, SearchAck> search{"GET", "/messaging/search",
                                                         "Searches the text of one's own conversations."};
inline constexpr Route<BlockUser, PlainAck> block_user{
    "POST", "/messaging/blocks/{userId}",
    "Blocks somebody: no direct messages, calls or invitations in either direction."};
inline constexpr Route<UnblockUser, PlainAck> unblock_user{"DELETE", "/messaging/blocks/{userId}",
                                                           "Takes back a block."};

inline constexpr Route<ListNotifications, NotificationsAck> list_notifications{
    "GET", "/notifications", "Lists one's notifications, the newest first."};
inline constexpr Route<NoFields, UnreadCountAck> unread_count{"GET", "/notifications/unread-count",
                                                              "Counts those that are not read."};
inline constexpr Route<NoFields, PreferencesAck> get_preferences{"GET", "/notifications/preferences",
                                                                 "Reads how one wants to be told."};
inline constexpr Route<ChangeNotificationPreferences, PreferencesAck> change_preferences{
    "PUT", "/notifications/preferences",
    "Changes what is named: types, quiet hours, a mute; null takes it back, and what is absent stays."};
inline constexpr Route<WhichNotifications, CountAck> read_notifications{"POST", "/notifications/read",
                                                                        "Marks notifications as read."};
inline constexpr Route<WhichNotifications, CountAck> unread_notifications{"POST", "/notifications/unread",
                                                                          "Marks notifications as not read."};
inline constexpr Route<NoFields, CountAck> read_all_notifications{"POST", "/notifications/read-all",
                                                                  "Marks all notifications as read."};
inline constexpr Route<MarkNotification, CountAck> mark_notification{"PATCH", "/notifications/{id}",
                                                                     "Marks a notification as read or not."};
inline constexpr Route<WhichNotification, CountAck> delete_notification{"DELETE", "/notifications/{id}",
                                                                        "Deletes a notification."};
inline constexpr Route<CreateNotifications, CreatedNotificationsAck> create_notifications{
    "POST", "/notifications", "Creates a notification for each of many users.", services, true};
inline constexpr Route<PostEvent, CreatedNotificationsAck> post_event{
    "POST", "/events",
    "Says what has happened: a domain event, which the rules of the configuration turn into notifications.", services,
    true};

inline constexpr Route<NoFields, PushKeyAck> push_key{
    "GET", "/push/key", "Reads the applicationServerKey with which a browser subscribes to pushes."};
inline constexpr Route<SubscribeToPush, PlainAck> subscribe_to_push{
    "POST", "/push/subscriptions", "Has a browser pushed what one is not here to hear of."};
inline constexpr Route<UnsubscribeFromPush, PlainAck> unsubscribe_from_push{"DELETE", "/push/subscriptions",
                                                                            "Ends that."};

inline constexpr Route<WhichUsers, PresenceAck> get_presence{"GET", "/presence", "Asks how others are."};

inline constexpr Route<ListCalls, CallsAck> list_calls{"GET", "/calls", "Lists one's calls, newest first."};
inline constexpr Route<AskIceServers, IceServersAck> ice_servers{
    "GET", "/calls/ice-servers", "Asks for STUN and TURN servers, with credentials of one's own."};

inline constexpr Route<RevokeTokens, PlainAck> revoke_tokens{
    "POST", "/auth/revoke",
    "Refuses one token from now on, or all of a user's that were issued before a time; their sockets are cut.",
    services};
inline constexpr Route<DisconnectUser, DisconnectedAck> disconnect_user{
    "POST", "/users/{userId}/disconnect", "Ends the sockets of a user, who may come back.", services};
inline constexpr Route<ExportUser, ExportAck> export_user{
    "GET", "/users/{userId}/export", "Reads all that is kept about a user, page by page.", services};
inline constexpr Route<WhichUser, PlainAck> delete_user{"DELETE", "/users/{userId}",
                                                        "Forgets a user: what he wrote becomes tombstones.", services};

inline constexpr std::tuple all{list_conversations,
                                create_conversation,
                                get_conversation,
                                update_conversation,
                                change_settings,
                                history,
                                send_message,
                                read_messages,
                                add_participant,
                                remove_participant,
                                set_role,
                                edit_message,
                                delete_message,
                                list_edits,
                                add_reaction,
                                remove_reaction,
                                search,
                                block_user,
                                unblock_user,
                                list_notifications,
                                unread_count,
                                get_preferences,
                                change_preferences,
                                read_notifications,
                                unread_notifications,
                                read_all_notifications,
                                mark_notification,
                                delete_notification,
                                create_notifications,
                                post_event,
                                get_presence,
                                list_calls,
                                ice_servers,
                                revoke_tokens,
                                disconnect_user,
                                push_key,
                                subscribe_to_push,
                                unsubscribe_from_push,
                                export_user,
                                delete_user};
} // namespace route

} // namespace mentara::contract
