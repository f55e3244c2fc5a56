#include "mentara/gateways/websocket_event_service.h"

#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"

namespace mentara::gateways {

namespace news = contract::messaging::server_event;

namespace {

// The user_ rooms of all members, without the socket on which it was done: that one has its ack.
wire::sio::Broadcast to_members(wire::sio::Namespace& nsp, const MemberIds& members, const events::Metadata& metadata) {
  wire::sio::BroadcastOptions options;
  options.rooms.reserve(members->size());
  for (const UserId& member : *members) options.rooms.push_back(connections::user_room(member));
  if (!metadata.origin.empty()) options.except.push_back(metadata.origin);
  return wire::sio::Broadcast(nsp.adapter(), std::move(options));
}

} // namespace

WebSocketEventService::WebSocketEventService(events::EventBus& bus, wire::sio::Server& io)
    : messaging_(io.of(contract::messaging::nsp)) {
  bus.subscribe<events::MessageSentEvent>("websocket", [this](const auto& event) { on_message_sent(event); });
  bus.subscribe<events::MessageUpdatedEvent>("websocket", [this](const auto& event) { on_message_updated(event); });
  bus.subscribe<events::MessageDeletedEvent>("websocket", [this](const auto& event) { on_message_deleted(event); });
  bus.subscribe<events::ReactionChangedEvent>("websocket", [this](const auto& event) { on_reaction_changed(event); });
  bus.subscribe<events::MessageReadEvent>("websocket", [this](const auto& event) { on_message_read(event); });
  bus.subscribe<events::ConversationCreatedEvent>("websocket",
                                                  [this](const auto& event) { on_conversation_created(event); });
}

void WebSocketEventService::on_message_sent(const events::MessageSentEvent& event) {
  to_members(messaging_, event.members, event.metadata)
      .emit(news::message.name, contract::MessageSent(event.message, to_text(event.cursor)));
}

void WebSocketEventService::on_message_updated(const events::MessageUpdatedEvent& event) {
  to_members(messaging_, event.members, event.metadata)
      .emit(news::message_updated.name, contract::MessageSent(event.message, to_text(event.cursor)));
}

void WebSocketEventService::on_message_deleted(const events::MessageDeletedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  to_members(messaging_, event.members, event.metadata)
      .emit(news::message_deleted.name,
            contract::MessageDeleted{event.message_id.value, event.conversation_id.value, event.seq,
                                     event.metadata.user_id.value, event.metadata.timestamp, cursor});
}

void WebSocketEventService::on_reaction_changed(const events::ReactionChangedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  to_members(messaging_, event.members, event.metadata)
      .emit(news::reaction_updated.name,
            contract::ReactionsChanged{event.message_id.value, event.conversation_id.value, {event.reactions}, cursor});
}

void WebSocketEventService::on_message_read(const events::MessageReadEvent& event) {
  const std::string cursor = to_text(event.cursor);
  to_members(messaging_, event.members, event.metadata)
      .emit(news::message_read.name, contract::MessageRead{event.conversation_id.value, event.metadata.user_id.value,
                                                           event.read_seq, event.metadata.timestamp, cursor});
  messaging_.to(connections::user_room(event.metadata.user_id))
      .emit(news::conversation_unread.name,
            contract::UnreadChanged{event.conversation_id.value, event.unread_count, event.read_seq});
}

void WebSocketEventService::on_conversation_created(const events::ConversationCreatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  to_members(messaging_, event.members, event.metadata)
      .emit(news::conversation_created.name,
            contract::ConversationCreated{contract::ConversationShape(event.conversation), cursor});
}

} // namespace mentara::gateways
