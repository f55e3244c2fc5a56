#pragma once

#include <string_view>
#include <tuple>

#include "mentara/contract/call_payloads.h"
#include "mentara/contract/call_requests.h"
#include "mentara/contract/connection_payloads.h"
#include "mentara/contract/failure_payloads.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/messaging_news.h"
#include "mentara/contract/messaging_requests.h"
#include "mentara/contract/notification_news.h"
#include "mentara/contract/notification_requests.h"
#include "mentara/contract/presence_payloads.h"
#include "mentara/contract/push_payloads.h"

// Every event: its name, spelt once, with the types of what it carries. A gateway registers and emits by these; tables
// of documentation walk the tuples.
namespace mentara::contract {

template <class PayloadType, class AckType>
struct ClientEvent { // client → server
  using Payload = PayloadType;
  using Ack = AckType; // on success; else FailureAck
  std::string_view name;
};

template <class PayloadType>
struct ServerEvent { // server → client
  using Payload = PayloadType;
  std::string_view name;
};

// In every namespace.
namespace client_event {
inline constexpr ClientEvent<RefreshToken, RefreshAck> auth_refresh{"auth:refresh"};
inline constexpr std::tuple all{auth_refresh};
} // namespace client_event

namespace server_event {
inline constexpr ServerEvent<Connected> connected{"connected"};
inline constexpr ServerEvent<SyncComplete> sync_complete{"sync:complete"};
inline constexpr ServerEvent<SyncReset> sync_reset{"sync:reset"};
inline constexpr ServerEvent<Exception> exception{"exception"};
inline constexpr ServerEvent<TokenEnd> auth_expiring{"auth:expiring"};
inline constexpr ServerEvent<TokenEnd> auth_expired{"auth:expired"};
inline constexpr ServerEvent<ServerDisconnect> server_disconnect{"server:disconnect"};
inline constexpr ServerEvent<ServerGoodbye> server_goodbye{"server:goodbye"};
inline constexpr std::tuple all{connected,     sync_complete, sync_reset,        exception,
                                auth_expiring, auth_expired,  server_disconnect, server_goodbye};
} // namespace server_event

namespace messaging {
inline constexpr std::string_view nsp = "/messaging";

namespace client_event {
inline constexpr ClientEvent<SendMessage, MessageAck> message_send{"message:send"};
inline constexpr ClientEvent<EditMessage, MessageAck> message_edit{"message:edit"};
inline constexpr ClientEvent<WhichMessage, EditsAck> message_edits{"message:edits"};
inline constexpr ClientEvent<WhichMessage, PlainAck> message_delete{"message:delete"};
inline constexpr ClientEvent<React, ReactionsAck> reaction_add{"reaction:add"};
inline constexpr ClientEvent<React, ReactionsAck> reaction_remove{"reaction:remove"};
inline constexpr ClientEvent<ReadMessages, ReadAck> message_read{"message:read"};
inline constexpr ClientEvent<ConfirmDelivery, PlainAck> message_delivered{"message:delivered"};
inline constexpr ClientEvent<ConfirmCursor, PlainAck> sync_ack{"sync:ack"};
inline constexpr ClientEvent<WhichConversation, PlainAck> typing_start{"typing:start"};
inline constexpr ClientEvent<WhichConversation, PlainAck> typing_stop{"typing:stop"};
inline constexpr ClientEvent<CreateConversation, CreatedAck> conversation_create{"conversation:create"};
inline constexpr ClientEvent<WhichConversation, ConversationAck> conversation_join{"conversation:join"};
inline constexpr ClientEvent<WhichConversation, ConversationAck> conversation_leave{"conversation:leave"};
inline constexpr ClientEvent<ListConversations, ConversationsAck> conversation_list{"conversation:list"};
inline constexpr ClientEvent<ReadHistory, HistoryAck> conversation_history{"conversation:history"};
inline constexpr ClientEvent<UpdateConversation, ConversationAck> conversation_update{"conversation:update"};
inline constexpr ClientEvent<MuteConversation, SettingsAck> conversation_mute{"conversation:mute"};
inline constexpr ClientEvent<SetForOneself, SettingsAck> conversation_archive{"conversation:archive"};
inline constexpr ClientEvent<SetForOneself, SettingsAck> conversation_pin{"conversation:pin"};
inline constexpr ClientEvent<AddParticipant, ParticipantAck> participant_add{"participant:add"};
inline constexpr ClientEvent<RemoveParticipant, ParticipantAck> participant_remove{"participant:remove"};
inline constexpr ClientEvent<SetRole, ParticipantAck> participant_role{"participant:role"};
inline constexpr ClientEvent<BlockUser, PlainAck> user_block{"user:block"};
inline constexpr ClientEvent<UnblockUser, PlainAck> user_unblock{"user:unblock"};
inline constexpr ClientEvent<SearchMessages, SearchAck> message_search{"message:search"};
inline constexpr ClientEvent<SetPresence, PlainAck> presence_set{"presence:set"};
inline constexpr ClientEvent<WhichUsers, PresenceAck> presence_subscribe{"presence:subscribe"};
inline constexpr ClientEvent<WhichUsers, PlainAck> presence_unsubscribe{"presence:unsubscribe"};
inline constexpr std::tuple all{presence_set,        presence_subscribe, presence_unsubscribe, message_search,
                                conversation_update, conversation_mute,  conversation_archive, conversation_pin,
                                participant_add,     participant_remove, participant_role,     user_block,
                                user_unblock,        message_send,       message_edit,         message_edits,
                                message_delete,      reaction_add,       reaction_remove,      message_read,
                                message_delivered,   sync_ack,           typing_start,         typing_stop,
                                conversation_create, conversation_join,  conversation_leave,   conversation_list,
                                conversation_history};
} // namespace client_event

namespace server_event {
inline constexpr ServerEvent<MessageSent> message{"message"};
inline constexpr ServerEvent<MessageSent> message_updated{"message:updated"};
inline constexpr ServerEvent<MessageDeleted> message_deleted{"message:deleted"};
inline constexpr ServerEvent<ReactionsChanged> reaction_updated{"reaction:updated"};
inline constexpr ServerEvent<MessageRead> message_read{"message:read"};
inline constexpr ServerEvent<MessageDelivered> message_delivered{"message:delivered"};
inline constexpr ServerEvent<ConversationCreated> conversation_created{"conversation:created"};
inline constexpr ServerEvent<UnreadChanged> conversation_unread{"conversation:unread"};
inline constexpr ServerEvent<TypingChanged> typing{"typing"};
inline constexpr ServerEvent<ViewingChanged> viewing{"viewing"};
inline constexpr ServerEvent<ConversationUpdated> conversation_updated{"conversation:updated"};
inline constexpr ServerEvent<SettingsChanged> conversation_settings{"conversation:settings"};
inline constexpr ServerEvent<ParticipantChanged> participant_joined{"participant:joined"};
inline constexpr ServerEvent<ParticipantChanged> participant_left{"participant:left"};
inline constexpr ServerEvent<ParticipantChanged> participant_updated{"participant:updated"};
inline constexpr ServerEvent<PresenceShape> presence{"presence"};
inline constexpr std::tuple all{presence,
                                conversation_updated,
                                conversation_settings,
                                participant_joined,
                                participant_left,
                                participant_updated,
                                message,
                                message_updated,
                                message_deleted,
                                reaction_updated,
                                message_read,
                                message_delivered,
                                conversation_created,
                                conversation_unread,
                                typing,
                                viewing};
} // namespace server_event
} // namespace messaging

namespace notifications {
inline constexpr std::string_view nsp = "/notifications";

namespace client_event {
inline constexpr ClientEvent<ListNotifications, NotificationsAck> list{"notification:list"};
inline constexpr ClientEvent<WhichNotifications, CountAck> read{"notification:read"};
inline constexpr ClientEvent<WhichNotifications, CountAck> unread{"notification:unread"};
inline constexpr ClientEvent<WhichNotifications, CountAck> erase{"notification:delete"};
inline constexpr ClientEvent<NoFields, CountAck> read_all{"notification:read-all"};
inline constexpr ClientEvent<ChangeNotificationPreferences, PreferencesAck> preferences{"notification:preferences"};
inline constexpr ClientEvent<ConfirmCursor, PlainAck> sync_ack{"sync:ack"};
inline constexpr ClientEvent<NoFields, PushKeyAck> push_key{"push:key"};
inline constexpr ClientEvent<SubscribeToPush, PlainAck> push_subscribe{"push:subscribe"};
inline constexpr ClientEvent<UnsubscribeFromPush, PlainAck> push_unsubscribe{"push:unsubscribe"};
inline constexpr std::tuple all{list,        read,     unread,   erase,          read_all,
                                preferences, push_key, sync_ack, push_subscribe, push_unsubscribe};
} // namespace client_event

namespace server_event {
inline constexpr ServerEvent<NotificationSent> notification{"notification"};
inline constexpr ServerEvent<NotificationUpdated> updated{"notification:updated"};
inline constexpr ServerEvent<NotificationDeleted> deleted{"notification:deleted"};
inline constexpr ServerEvent<UnreadCount> unread_count{"unreadCount"};
inline constexpr std::tuple all{notification, updated, deleted, unread_count};
} // namespace server_event
} // namespace notifications
namespace video_calls {
inline constexpr std::string_view nsp = "/video-calls";

namespace client_event {
inline constexpr ClientEvent<OfferCall, CallAck> offer{"video:offer"};
inline constexpr ClientEvent<AnswerCall, CallAck> answer{"video:answer"};
inline constexpr ClientEvent<SendCandidates, PlainAck> ice_candidate{"video:ice-candidate"};
inline constexpr ClientEvent<Renegotiate, PlainAck> renegotiate{"video:renegotiate"};
inline constexpr ClientEvent<SetMediaState, PlainAck> media_state{"video:media-state"};
inline constexpr ClientEvent<FinishCall, CallAck> reject_call{"video:reject-call"};
inline constexpr ClientEvent<FinishCall, CallAck> cancel_call{"video:cancel-call"};
inline constexpr ClientEvent<FinishCall, CallAck> end_call{"video:end-call"};
inline constexpr ClientEvent<ReportCall, PlainAck> stats{"video:stats"};
inline constexpr ClientEvent<AskIceServers, IceServersAck> ice_servers{"video:ice-servers"};
inline constexpr ClientEvent<ListCalls, CallsAck> history{"video:history"};
inline constexpr ClientEvent<JoinRoom, RoomAck> room_join{"video:room-join"};
inline constexpr ClientEvent<LeaveRoom, PlainAck> room_leave{"video:room-leave"};
inline constexpr ClientEvent<SignalInRoom, PlainAck> room_signal{"video:room-signal"};
inline constexpr ClientEvent<ConfirmCursor, PlainAck> sync_ack{"sync:ack"};
inline constexpr std::tuple all{offer,       answer,      ice_candidate, renegotiate, media_state,
                                reject_call, cancel_call, end_call,      stats,       ice_servers,
                                history,     room_join,   room_leave,    room_signal, sync_ack};
} // namespace client_event

namespace server_event {
inline constexpr ServerEvent<IncomingCall> incoming_call{"video:incoming-call"};
inline constexpr ServerEvent<CallRings> ringing{"video:ringing"};
inline constexpr ServerEvent<AnswerReceived> answer_received{"video:answer-received"};
inline constexpr ServerEvent<CandidateReceived> ice_candidate{"video:ice-candidate"};
inline constexpr ServerEvent<Renegotiated> renegotiate{"video:renegotiate"};
inline constexpr ServerEvent<MediaStateChanged> media_state{"video:media-state"};
inline constexpr ServerEvent<CallOver> call_rejected{"video:call-rejected"};
inline constexpr ServerEvent<CallOver> call_ended{"video:call-ended"};
inline constexpr ServerEvent<CallOver> call_missed{"video:call-missed"};
inline constexpr ServerEvent<AnsweredElsewhere> answered_elsewhere{"video:answered-elsewhere"};
inline constexpr ServerEvent<PeerReconnecting> peer_reconnecting{"video:peer-reconnecting"};
inline constexpr ServerEvent<PeerReconnected> peer_reconnected{"video:peer-reconnected"};
inline constexpr ServerEvent<RoomChanged> participant_joined{"video:participant-joined"};
inline constexpr ServerEvent<RoomChanged> participant_left{"video:participant-left"};
inline constexpr ServerEvent<RoomSignal> room_signal{"video:room-signal"};
inline constexpr std::tuple all{
    incoming_call,     ringing,          answer_received,    ice_candidate,    renegotiate,
    media_state,       call_rejected,    call_ended,         call_missed,      answered_elsewhere,
    peer_reconnecting, peer_reconnected, participant_joined, participant_left, room_signal};
} // namespace server_event
} // namespace video_calls

} // namespace mentara::contract
