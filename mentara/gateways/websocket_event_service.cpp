#include "mentara/gateways/websocket_event_service.h"

#include <algorithm>
#include <utility>

#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"
#include "mentara/gateways/video_call_news.h"

namespace mentara::gateways {

namespace news = contract::messaging::server_event;
namespace notification_news = contract::notifications::server_event;

WebSocketEventService::WebSocketEventService(events::EventBus& bus, wire::sio::Server& io, Feeds feeds,
                                             const Cursor& end_of_log)
    : messaging_(io.of(contract::messaging::nsp)),
      notifications_(io.of(contract::notifications::nsp)),
      video_calls_(io.of(contract::video_calls::nsp)),
      loop_(io.loop()),
      feeds_(std::move(feeds)),
      told_(end_of_log.position) {
  bus.subscribe<events::MessageSentEvent>("websocket", [this](const auto& event) { on_message_sent(event); });
  bus.subscribe<events::MessageUpdatedEvent>("websocket", [this](const auto& event) { on_message_updated(event); });
  bus.subscribe<events::MessageDeletedEvent>("websocket", [this](const auto& event) { on_message_deleted(event); });
  bus.subscribe<events::ReactionChangedEvent>("websocket", [this](const auto& event) { on_reaction_changed(event); });
  bus.subscribe<events::MessageReadEvent>("websocket", [this](const auto& event) { on_message_read(event); });
  bus.subscribe<events::MessageDeliveredEvent>("websocket", [this](const auto& event) { on_message_delivered(event); });
  bus.subscribe<events::ConversationUpdatedEvent>("websocket",
                                                  [this](const auto& event) { on_conversation_updated(event); });
  bus.subscribe<events::SettingsChangedEvent>("websocket", [this](const auto& event) { on_settings_changed(event); });
  bus.subscribe<events::ParticipantJoinedEvent>("websocket",
                                                [this](const auto& event) { on_participant_joined(event); });
  bus.subscribe<events::ParticipantLeftEvent>("websocket", [this](const auto& event) { on_participant_left(event); });
  bus.subscribe<events::ParticipantUpdatedEvent>("websocket",
                                                 [this](const auto& event) { on_participant_updated(event); });
  bus.subscribe<events::ConversationCreatedEvent>("websocket",
                                                  [this](const auto& event) { on_conversation_created(event); });
  bus.subscribe<events::NotificationCreatedEvent>("websocket",
                                                  [this](const auto& event) { on_notification_created(event); });
  bus.subscribe<events::NotificationUpdatedEvent>("websocket",
                                                  [this](const auto& event) { on_notification_updated(event); });
  bus.subscribe<events::NotificationDeletedEvent>("websocket",
                                                  [this](const auto& event) { on_notification_deleted(event); });
  bus.subscribe<events::UnreadNotificationsEvent>("websocket",
                                                  [this](const auto& event) { on_unread_notifications(event); });
  bus.subscribe<events::CallEndedEvent>("websocket", [this](const auto& event) { on_call_ended(event); });
}

template <class Payload>
void WebSocketEventService::tell(const Cursor& cursor, const MemberIds& members, const events::Metadata& metadata,
                                 std::string_view name, const Payload& payload,
                                 std::optional<storage::Delivered> message) {
  auto event = std::make_shared<DurableEvent>();
  event->position = cursor.position;
  event->encoded = wire::sio::encode_event(messaging_.name(), name, wire::sio::Payload::of(payload));
  event->rooms.reserve(members->size());
  for (const UserId& member : *members) event->rooms.push_back(connections::user_room(member));
  event->origin = metadata.origin;
  event->message = std::move(message);
  event->sender_id = metadata.user_id;
  tell(std::move(event), feeds_.messaging);
}

template <class Payload>
void WebSocketEventService::notify(const Cursor& cursor, const UserId& user, std::string_view name,
                                   const Payload& payload) {
  auto event = std::make_shared<DurableEvent>();
  event->position = cursor.position;
  event->encoded = wire::sio::encode_event(notifications_.name(), name, wire::sio::Payload::of(payload));
  event->rooms.push_back(connections::user_room(user));
  tell(std::move(event), feeds_.notifications);
}

template <class Call>
void WebSocketEventService::each(const std::vector<Feed*>& feeds, Call call) {
  for (Feed* feed : feeds) {
    if (&feed->loop() == &loop_) {
      call(*feed);
    } else {
      feed->loop().post([feed, call] { call(*feed); });
    }
  }
}

void WebSocketEventService::tell_gap(storage::Position end) {
  if (end <= told_) return;
  told_ = end;
  for (const auto* some : {&feeds_.messaging, &feeds_.notifications, &feeds_.video_calls}) {
    each(*some, [end](Feed& feed) { feed.tell_gap(end); });
  }
}

void WebSocketEventService::tell(std::shared_ptr<const DurableEvent> event, const std::vector<Feed*>& feeds) {
  // Positions are dense. One that was left out is an event that the bus had no room for, or of another node: it stands
  // in the log.
  tell_gap(event->position - 1);
  told_ = std::max(told_, event->position);
  each(feeds, [event](Feed& feed) { feed.tell(*event); });
}

void WebSocketEventService::on_message_sent(const events::MessageSentEvent& event) {
  tell(event.cursor, event.members, event.metadata, news::message.name,
       contract::MessageSent(event.message, to_text(event.cursor)),
       storage::Delivered{event.message.conversation_id, event.message.seq});
}

void WebSocketEventService::on_message_updated(const events::MessageUpdatedEvent& event) {
  tell(event.cursor, event.members, event.metadata, news::message_updated.name,
       contract::MessageSent(event.message, to_text(event.cursor)));
}

void WebSocketEventService::on_message_deleted(const events::MessageDeletedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::message_deleted.name,
       contract::MessageDeleted{event.message_id.value, event.conversation_id.value, event.seq,
                                event.metadata.user_id.value, event.metadata.timestamp, cursor});
}

void WebSocketEventService::on_reaction_changed(const events::ReactionChangedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::reaction_updated.name,
       contract::ReactionsChanged{event.message_id.value, event.conversation_id.value, {event.reactions}, cursor});
}

void WebSocketEventService::on_message_read(const events::MessageReadEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::message_read.name,
       contract::MessageRead{event.conversation_id.value, event.metadata.user_id.value, event.read_seq,
                             event.metadata.timestamp, cursor});
  messaging_.to(connections::user_room(event.metadata.user_id))
      .emit(news::conversation_unread.name,
            contract::UnreadChanged{event.conversation_id.value, event.unread_count, event.read_seq});
}

void WebSocketEventService::on_message_delivered(const events::MessageDeliveredEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::message_delivered.name,
       contract::MessageDelivered{event.conversation_id.value, event.metadata.user_id.value, event.delivered_seq,
                                  event.metadata.timestamp, cursor});
}

void WebSocketEventService::on_conversation_created(const events::ConversationCreatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::conversation_created.name,
       contract::ConversationCreated{contract::ConversationShape(event.conversation), cursor});
}

void WebSocketEventService::on_conversation_updated(const events::ConversationUpdatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  contract::ConversationChanges changes;
  if (event.title) changes.title = *event.title;
  if (event.conversation_metadata) changes.metadata = wire::RawJson{*event.conversation_metadata};
  tell(event.cursor, event.members, event.metadata, news::conversation_updated.name,
       contract::ConversationUpdated{event.conversation_id.value, changes, cursor});
}

void WebSocketEventService::on_settings_changed(const events::SettingsChangedEvent& event) {
  messaging_.to(connections::user_room(event.metadata.user_id))
      .emit(news::conversation_settings.name,
            contract::SettingsChanged{event.conversation_id.value, contract::SettingsShape(event.settings)});
}

void WebSocketEventService::on_participant_joined(const events::ParticipantJoinedEvent& event) {
  tell_participant(news::participant_joined.name, event);
}

void WebSocketEventService::on_participant_left(const events::ParticipantLeftEvent& event) {
  // Whatever he has open of it is closed, on all loops: he hears nobody type any more.
  messaging_.to(connections::user_room(event.user_id))
      .sockets_leave(connections::conversation_room(event.conversation_id));
  tell_participant(news::participant_left.name, event);
}

void WebSocketEventService::on_participant_updated(const events::ParticipantUpdatedEvent& event) {
  tell_participant(news::participant_updated.name, event);
}

void WebSocketEventService::tell_participant(std::string_view name, const events::ParticipantChange& change) {
  const std::string cursor = to_text(change.cursor);
  tell(change.cursor, change.members, change.metadata, name,
       contract::ParticipantChanged{change.conversation_id.value,
                                    {change.user_id.value, change.role, change.joined_at},
                                    change.metadata.user_id.value,
                                    cursor});
}

// --- notifications ---

void WebSocketEventService::on_notification_created(const events::NotificationCreatedEvent& event) {
  if (!event.cursor) return;
  notify(*event.cursor, event.metadata.user_id, notification_news::notification.name,
         contract::NotificationSent(event.notification, to_text(*event.cursor)));
}

void WebSocketEventService::on_notification_updated(const events::NotificationUpdatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  notify(event.cursor, event.metadata.user_id, notification_news::updated.name,
         event.all ? contract::NotificationUpdated::of_all(event.notification_id, *event.read_at, cursor)
                   : contract::NotificationUpdated::of(event.notification_id, event.read_at, cursor));
}

void WebSocketEventService::on_notification_deleted(const events::NotificationDeletedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  notify(event.cursor, event.metadata.user_id, notification_news::deleted.name,
         contract::NotificationDeleted{event.notification_id.value, cursor});
}

void WebSocketEventService::on_unread_notifications(const events::UnreadNotificationsEvent& event) {
  notifications_.to(connections::user_room(event.user_id))
      .emit(notification_news::unread_count.name, contract::UnreadCount{event.unread.count, event.unread.version});
}

// --- calls ---

void WebSocketEventService::on_call_ended(const events::CallEndedEvent& event) {
  for (const auto& told : event.told) {
    auto durable = std::make_shared<DurableEvent>();
    durable->position = told.cursor.position;
    durable->encoded =
        wire::sio::encode_event(video_calls_.name(), end_event_name(call_end_news(event.call, told.to)),
                                wire::sio::Payload::of(contract::CallOver(event.call, to_text(told.cursor))));
    durable->rooms.push_back(connections::user_room(event.call.user(told.to)));
    durable->origin = event.metadata.origin;
    tell(std::move(durable), feeds_.video_calls);
  }
}

} // namespace mentara::gateways
