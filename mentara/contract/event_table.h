#pragma once

#include <string_view>
#include <tuple>

#include "mentara/contract/connection_payloads.h"
#include "mentara/contract/failure_payloads.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/messaging_news.h"
#include "mentara/contract/messaging_requests.h"

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
namespace server_event {
inline constexpr ServerEvent<Connected> connected{"connected"};
inline constexpr ServerEvent<SyncComplete> sync_complete{"sync:complete"};
inline constexpr ServerEvent<SyncReset> sync_reset{"sync:reset"};
inline constexpr ServerEvent<Exception> exception{"exception"};
inline constexpr std::tuple all{connected, sync_complete, sync_reset, exception};
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
inline constexpr std::tuple all{message_send,      message_edit,       message_edits,     message_delete,
                                reaction_add,      reaction_remove,    message_read,      message_delivered,
                                sync_ack,          typing_start,       typing_stop,       conversation_create,
                                conversation_join, conversation_leave, conversation_list, conversation_history};
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
inline constexpr std::tuple all{message,      message_updated,   message_deleted,      reaction_updated,
                                message_read, message_delivered, conversation_created, conversation_unread,
                                typing};
} // namespace server_event
} // namespace messaging

} // namespace mentara::contract
